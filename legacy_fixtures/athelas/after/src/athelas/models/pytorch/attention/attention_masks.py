"""
Attention masks

- `causal_mask`: (L, L), -inf where a query would look at a later order
- `padding_mask`: (N, L) with True at the padding, as nn.MultiheadAttention wants it. The orders stand at the END of the
  row, the
"""

import torch
from torch import Tensor


def causal_mask(length: Tensor, device: Tensor | None = None) -> Tensor:
    """
    Causal Mask

    (L, L), -inf where a query would look at a later order

    **Core Concept:**
    Moved from `src/athelas/models/temporal_self_attention_legacy/scripts/temporal_multihead_attention.py::causal_mask`
    as it was.

    **Forward Signature:**
    Input:
      - length (): indices
      - device: as in the originals, optional
    Output:
      - (20, 20): the result

    **Used By:**
    - athelas.models.temporal_self_attention_legacy.scripts.basic_blocks.OrderAttentionLayer → as `causal_mask` of
      temporal_multihead_attention.py

    **Usage Example:**
    ```python
    >>> import torch
    >>> from athelas.models.pytorch.attention import causal_mask
    >>> causal_mask(torch.randint(24, (,))).shape
    torch.Size([20, 20])

    ```
    """
    mask = torch.full((length, length), float("-inf"), device=device)
    return torch.triu(mask, diagonal=1)


def padding_mask(lengths: Tensor, max_length: Tensor) -> Tensor:
    """
    Padding Mask

    (N, L) with True at the padding, as nn.MultiheadAttention wants it. The orders stand at the END of the row, the

    **Core Concept:**
    (N, L) with True at the padding, as nn.MultiheadAttention wants it. The orders stand at the END of the row, the
    newest one last, so the padding is in front.

    Moved from `src/athelas/models/temporal_self_attention_legacy/scripts/temporal_multihead_attention.py::padding_mask`
    as it was.

    **Forward Signature:**
    Input:
      - lengths (B,): number of valid positions of each sequence
      - max_length (): indices
    Output:
      - (B, 19): the result

    **Usage Example:**
    ```python
    >>> import torch
    >>> from athelas.models.pytorch.attention import padding_mask
    >>> padding_mask(torch.full((3,), 5), torch.randint(24, (,))).shape
    torch.Size([3, 19])

    ```
    """
    positions = torch.arange(max_length, device=lengths.device)
    return positions.unsqueeze(0) < (max_length - lengths).unsqueeze(1)
