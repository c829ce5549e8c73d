"""
Transformer Block

A block of layers with a residual connection.

**Core Concept:**
Moved from `src/athelas/models/names3risk_legacy/transformer2risk.py::Block` as it was.

**Architecture:**
1. `ln`: `nn.LayerNorm(n_embd)`
2. `sa`: `MultiHeadAttention(dim=n_embd, num_heads=n_head, dropout=dropout)`
3. `ffwd`: `MLPBlock(d_model=n_embd, hidden_dim=4 * n_embd, dropout=dropout, activation=nn.ReLU)`
4. The result is `x + self.ffwd(x)`.

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
- athelas.models.pytorch.feedforward.mlp_block.MLPBlock → built as a part
- athelas.models.pytorch.attention.multihead_attention.MultiHeadAttention → built as a part
- torch.nn.LayerNorm → makes `ln`
- torch.nn.ReLU → makes `ffwd`

**Used By:**
- athelas.models.names3risk_legacy.transformer2risk.TextProjection → as `Block` of transformer2risk.py

**Usage Example:**
```python
>>> import torch
>>> from athelas.models.pytorch.blocks import TransformerBlock
>>> module = TransformerBlock(n_embd=24, n_head=2, dropout=0.25)
>>> module(torch.randn(3, 5, 24)).shape
torch.Size([3, 5, 24])

```

**Implementation Notes:**
- src/athelas/models/names3risk_legacy/transformer2risk.py: TextProjection.forward accepts `mask` and never uses it;
  kept as it was.
"""

from torch import Tensor, nn

from athelas.models.pytorch.attention.multihead_attention import MultiHeadAttention
from athelas.models.pytorch.feedforward.mlp_block import MLPBlock


class TransformerBlock(nn.Module):
    """A block of layers with a residual connection."""

    def __init__(self, n_embd: int, n_head: int, dropout: float) -> None:
        """
        Args:
            n_embd: `n_embd` of the original
            n_head: `n_head` of the original
            dropout: rate of dropout
        """
        super().__init__()
        self.ln = nn.LayerNorm(n_embd)
        self.sa = MultiHeadAttention(dim=n_embd, num_heads=n_head, dropout=dropout)
        self.ffwd = MLPBlock(
            d_model=n_embd, hidden_dim=4 * n_embd, dropout=dropout, activation=nn.ReLU
        )  # brings its own norm

    def forward(self, x: Tensor) -> Tensor:
        """
        Args:
            x: (B, L, D) the input

        Returns:
            (B, L, D) the result
        """
        x = x + self.sa(self.ln(x))
        return x + self.ffwd(x)
