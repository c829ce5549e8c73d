"""
Head

one head of self attention

**Core Concept:**
Moved from `src/athelas/models/names3risk_legacy/transformer2risk.py::Head` as it was.

**Architecture:**
1. `key`: `nn.Linear(n_embd, head_size, bias=False)`
2. `query`: `nn.Linear(n_embd, head_size, bias=False)`
3. `value`: `nn.Linear(n_embd, head_size, bias=False)`
4. `dropout`: `nn.Dropout(dropout)`
5. The result is `wei @ v`.

**Parameters:**
- n_embd (int): `n_embd` of the original
- head_size (int): `head_size` of the original
- dropout (float): rate of dropout

**Forward Signature:**
Input:
  - x (B, L, D): the input
Output:
  - (B, L, 8): the result

**Dependencies:**
- torch.nn.Dropout → makes `dropout`
- torch.nn.Linear → makes `key`, `query`, `value`
- torch.nn.functional.softmax → computed in forward

**Used By:**
- athelas.models.names3risk_legacy.transformer2risk.MultiHeadAttention → as `Head` of transformer2risk.py

**Usage Example:**
```python
>>> import torch
>>> from athelas.models.pytorch.attention import Head
>>> module = Head(n_embd=24, head_size=8, dropout=0.25)
>>> module(torch.randn(3, 5, 24)).shape
torch.Size([3, 5, 8])

```
"""

from torch import Tensor, nn
from torch.nn import functional as F


class Head(nn.Module):
    """one head of self attention"""

    def __init__(self, n_embd: int, head_size: int, dropout: float) -> None:
        """
        Args:
            n_embd: `n_embd` of the original
            head_size: `head_size` of the original
            dropout: rate of dropout
        """
        super().__init__()
        self.key = nn.Linear(n_embd, head_size, bias=False)
        self.query = nn.Linear(n_embd, head_size, bias=False)
        self.value = nn.Linear(n_embd, head_size, bias=False)
        # self.register_buffer("tril", torch.tril(torch.ones(block_size, block_size)))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """
        Args:
            x: (B, L, D) the input

        Returns:
            (B, L, 8) the result
        """
        q, k, v = self.query(x), self.key(x), self.value(x)  # (B, T, hs)
        wei = q @ k.transpose(-2, -1) * k.shape[-1] ** -0.5
        # names are read as a whole, nothing causal here
        # wei = wei.masked_fill(self.tril[:T, :T] == 0, float("-inf"))
        wei = self.dropout(F.softmax(wei, dim=-1))
        return wei @ v
