"""
Gating math

- `cumsum_exclusive`: Routes inputs.
- `safe_one_hot`: Routes inputs.
- `top1`: largest value along the last axis and where it is
"""

import torch
from torch import Tensor


def cumsum_exclusive(t: Tensor, dim: int = -1) -> Tensor:
    """
    Cumsum Exclusive

    Routes inputs.

    **Core Concept:**
    One component for 2 copies: `src/athelas/models/lightning/bimodal/pl_bimodal_moe.py::cumsum_exclusive`,
    `src/athelas/models/temporal_self_attention_legacy/scripts/mixture_of_experts.py::cumsum_exclusive`. What they
    differed in is a parameter.

    **Forward Signature:**
    Input:
      - t (B,): the input
      - dim: as in the originals, optional
    Output:
      - (B,): the result

    **Used By:**
    - athelas.models.lightning.bimodal.pl_bimodal_moe.Top2Gating → as `cumsum_exclusive` of pl_bimodal_moe.py
    - athelas.models.temporal_self_attention_legacy.scripts.mixture_of_experts.Top2Gating → as `cumsum_exclusive` of
      mixture_of_experts.py

    **Usage Example:**
    ```python
    >>> import torch
    >>> from athelas.models.pytorch.routing import cumsum_exclusive
    >>> cumsum_exclusive(torch.randn(3)).shape
    torch.Size([3])

    ```
    """
    # running sum that leaves the element itself out
    return torch.cumsum(t, dim=dim) - t


def safe_one_hot(indexes: Tensor, max_length: Tensor) -> Tensor:
    """
    Safe One Hot

    Routes inputs.

    **Core Concept:**
    One component for 2 copies: `src/athelas/models/lightning/bimodal/pl_bimodal_moe.py::safe_one_hot`,
    `src/athelas/models/temporal_self_attention_legacy/scripts/mixture_of_experts.py::safe_one_hot`. What they differed
    in is a parameter.

    **Forward Signature:**
    Input:
      - indexes (B, L, D): the input
      - max_length (): indices
    Output:
      - (B, L, D, 1): the result

    **Used By:**
    - athelas.models.lightning.bimodal.pl_bimodal_moe.Top2Gating → as `safe_one_hot` of pl_bimodal_moe.py
    - athelas.models.temporal_self_attention_legacy.scripts.mixture_of_experts.Top2Gating → as `safe_one_hot` of
      mixture_of_experts.py

    **Usage Example:**
    ```python
    >>> import torch
    >>> from athelas.models.pytorch.routing import safe_one_hot
    >>> safe_one_hot(torch.randn(3, 5, 24), torch.randint(24, (,))).shape
    torch.Size([3, 5, 24, 1])

    ```
    """
    # F.one_hot raises when an index is >= num_classes, and the queue of a popular expert is longer than its seats.
    # Those become rows of zeros here.
    # return F.one_hot(indexes, int(indexes.max()) + 1)[..., :max_length]  # slow on gpu, waits for the max
    places = torch.arange(max_length, device=indexes.device)
    return (indexes.unsqueeze(-1) == places).long()


def top1(t: Tensor) -> tuple[Tensor, Tensor]:
    """
    Top1

    largest value along the last axis and where it is

    **Core Concept:**
    One component for 2 copies: `src/athelas/models/lightning/bimodal/pl_bimodal_moe.py::top1`,
    `src/athelas/models/temporal_self_attention_legacy/scripts/mixture_of_experts.py::top1`. What they differed in is a
    parameter.

    **Forward Signature:**
    Input:
      - t (B,): the input
    Output:
      - (): the result
      - (): the result

    **Used By:**
    - athelas.models.lightning.bimodal.pl_bimodal_moe.Top2Gating → as `top1` of pl_bimodal_moe.py
    - athelas.models.temporal_self_attention_legacy.scripts.mixture_of_experts.Top2Gating → as `top1` of
      mixture_of_experts.py
    """
    values, index = t.max(dim=-1)
    return values, index
