"""
Multi Head Attention

Attends over a sequence.

**Core Concept:**
One component for 2 copies: `src/athelas/models/lightning/trimodal/pl_trimodal_cross_attn.py::MultiHeadAttention`,
`src/athelas/models/names3risk_legacy/transformer2risk.py::MultiHeadAttention`. What they differed in is a parameter.

**Architecture:**
1. `attention_heads`: `nn.ModuleList( SelfAttentionHead(input_dim=dim, head_dim=dim // num_heads, dropout=dropout) for _
   in range(num_heads) )`
2. `out`: `nn.Linear(dim, dim)`
3. `drop`: `nn.Dropout(dropout)`
4. The result is `self.drop(self.out(joined))`.

**Parameters:**
- dim (int): width of the input and of the output
- num_heads (int): number of attention heads
- dropout (float): rate of dropout

**Forward Signature:**
Input:
  - t (B, L, D): the input
Output:
  - (B, L, D): the result

**Dependencies:**
- athelas.models.pytorch.attention.self_attention.SelfAttentionHead → built as a part
- torch.nn.Dropout → makes `drop`
- torch.nn.Linear → makes `out`
- torch.nn.ModuleList → makes `attention_heads`

**Used By:**
- athelas.models.lightning.trimodal.pl_trimodal_cross_attn.TrimodalCrossAttentionBert → as `MultiHeadAttention` of
  pl_trimodal_cross_attn.py
- athelas.models.names3risk_legacy.score.attend → as `MultiHeadAttention` of transformer2risk.py
- athelas.models.names3risk_legacy.transformer2risk.Block → as `MultiHeadAttention` of transformer2risk.py

**Usage Example:**
```python
>>> import torch
>>> from athelas.models.pytorch.attention import MultiHeadAttention
>>> module = MultiHeadAttention(dim=24, num_heads=2, dropout=0.25)
>>> module(torch.randn(3, 5, 24)).shape
torch.Size([3, 5, 24])

```
"""

import torch
from torch import Tensor, nn

from athelas.models.pytorch.attention.self_attention import SelfAttentionHead


class MultiHeadAttention(nn.Module):
    """Attends over a sequence."""

    def __init__(self, dim: int, num_heads: int, *, dropout: float = 0.1) -> None:
        """
        Args:
            dim: width of the input and of the output
            num_heads: number of attention heads
            dropout: rate of dropout
        """
        super().__init__()
        self.attention_heads = nn.ModuleList(
            SelfAttentionHead(input_dim=dim, head_dim=dim // num_heads, dropout=dropout) for _ in range(num_heads)
        )
        self.out = nn.Linear(dim, dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, t: Tensor) -> Tensor:
        """
        Args:
            t: (B, L, D) the input

        Returns:
            (B, L, D) the result
        """
        joined = torch.cat([head(t) for head in self.attention_heads], dim=-1)
        return self.drop(self.out(joined))
