"""
Multi Head Attention

Attends over a sequence.

**Core Concept:**
Moved from `src/athelas/models/names3risk_legacy/transformer2risk.py::MultiHeadAttention` as it was.

**Architecture:**
1. `heads`: `nn.ModuleList(Head(n_embd, n_embd // n_head, dropout) for _ in range(n_head))`
2. `proj`: `nn.Linear(n_embd, n_embd)`
3. `dropout`: `nn.Dropout(dropout)`
4. The result is `self.dropout(self.proj(out))`.

**Parameters:**
- n_embd (int): `n_embd` of the original
- n_head (int): `n_head` of the original
- dropout (float): rate of dropout

**Forward Signature:**
Input:
  - x (B, L, D): the input
Output:
  - (B, L, D): the result

**Dependencies:**
- athelas.models.pytorch.attention.head.Head → built as a part
- torch.nn.Dropout → makes `dropout`
- torch.nn.Linear → makes `proj`
- torch.nn.ModuleList → makes `heads`

**Used By:**
- athelas.models.names3risk_legacy.score.attend → as `MultiHeadAttention` of transformer2risk.py
- athelas.models.names3risk_legacy.transformer2risk.Block → as `MultiHeadAttention` of transformer2risk.py

**Usage Example:**
```python
>>> import torch
>>> from athelas.models.pytorch.attention import MultiHeadAttention
>>> module = MultiHeadAttention(n_embd=24, n_head=2, dropout=0.25)
>>> module(torch.randn(3, 5, 24)).shape
torch.Size([3, 5, 24])

```
"""

import torch
from torch import Tensor, nn

from athelas.models.pytorch.attention.head import Head


class MultiHeadAttention(nn.Module):
    """Attends over a sequence."""

    def __init__(self, n_embd: int, n_head: int, dropout: float) -> None:
        """
        Args:
            n_embd: `n_embd` of the original
            n_head: `n_head` of the original
            dropout: rate of dropout
        """
        super().__init__()
        self.heads = nn.ModuleList(Head(n_embd, n_embd // n_head, dropout) for _ in range(n_head))
        self.proj = nn.Linear(n_embd, n_embd)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """
        Args:
            x: (B, L, D) the input

        Returns:
            (B, L, D) the result
        """
        out = torch.cat([h(x) for h in self.heads], dim=-1)
        return self.dropout(self.proj(out))
