"""
Self Attention Head

one head of self attention

**Core Concept:**
One component for 2 copies: `src/athelas/models/lightning/trimodal/pl_trimodal_cross_attn.py::Head`,
`src/athelas/models/names3risk_legacy/transformer2risk.py::Head`. What they differed in is a parameter.

**Architecture:**
1. `key`: `nn.Linear(input_dim, head_dim, bias=False)`
2. `query`: `nn.Linear(input_dim, head_dim, bias=False)`
3. `value`: `nn.Linear(input_dim, head_dim, bias=False)`
4. `dropout`: `nn.Dropout(dropout)`
5. The result is `att @ values`.

**Parameters:**
- input_dim (int): width of the input
- head_dim (int): `out_features` of Linear
- dropout (float): rate of dropout

**Forward Signature:**
Input:
  - x (B, L, D): the input
Output:
  - (B, L, 40): the result

**Dependencies:**
- torch.nn.Dropout → makes `dropout`
- torch.nn.Linear → makes `key`, `query`, `value`
- torch.nn.functional.softmax → computed in forward

**Used By:**
- athelas.models.lightning.trimodal.pl_trimodal_cross_attn.MultiHeadAttention → as `Head` of pl_trimodal_cross_attn.py
- athelas.models.names3risk_legacy.transformer2risk.MultiHeadAttention → as `Head` of transformer2risk.py

**Usage Example:**
```python
>>> import torch
>>> from athelas.models.pytorch.attention import SelfAttentionHead
>>> module = SelfAttentionHead(input_dim=24, head_dim=40, dropout=0.25)
>>> module(torch.randn(3, 5, 24)).shape
torch.Size([3, 5, 40])

```
"""

from torch import Tensor, nn
from torch.nn import functional as F


class SelfAttentionHead(nn.Module):
    """one head of self attention"""

    def __init__(self, input_dim: int, head_dim: int, *, dropout: float = 0.1) -> None:
        """
        Args:
            input_dim: width of the input
            head_dim: `out_features` of Linear
            dropout: rate of dropout
        """
        super().__init__()
        self.key = nn.Linear(input_dim, head_dim, bias=False)
        self.query = nn.Linear(input_dim, head_dim, bias=False)
        self.value = nn.Linear(input_dim, head_dim, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """
        Args:
            x: (B, L, D) the input

        Returns:
            (B, L, 40) the result
        """
        queries, keys, values = self.query(x), self.key(x), self.value(x)
        att = queries @ keys.transpose(-2, -1) * keys.shape[-1] ** -0.5
        att = self.dropout(F.softmax(att, dim=-1))
        return att @ values
