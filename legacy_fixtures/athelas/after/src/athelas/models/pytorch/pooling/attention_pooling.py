"""
Attention Pooling

Pools a sequence of vectors into one vector, weighted by a learned score for each position.

**Core Concept:**
One component for 5 copies: `src/athelas/models/lightning/tabular/pl_tab_ae.py::AttentionPooling`,
`src/athelas/models/lightning/text/pl_lstm.py::AttentionPooling`,
`src/athelas/models/lightning/trimodal/pl_trimodal_bert.py::AttentionPooling`,
`src/athelas/models/names3risk_legacy/lstm2risk.py::AttentionPooling`,
`src/athelas/models/names3risk_legacy/transformer2risk.py::AttentionPooling`. What they differed in is a parameter.

**Architecture:**
1. `attention`: `nn.Linear(input_dim, 1)`
2. `dropout`: `nn.Dropout(dropout) if dropout is not None else None`
3. The result is `torch.sum(a * x, dim=1)`.

**Parameters:**
- input_dim (int): width of the input
- dropout (float | None): rate of dropout; None builds none

**Forward Signature:**
Input:
  - x (B, L, D): the input
  - token_mask (B, L): True where a position is valid, optional
  - lengths (B,): number of valid positions of each sequence, optional
Output:
  - (B, D): the result

**Dependencies:**
- torch.nn.Dropout → makes `dropout`
- torch.nn.Linear → makes `attention`
- torch.nn.functional.softmax → computed in forward

**Used By:**
- athelas.models.lightning.tabular.pl_tab_ae.TabAE → as `AttentionPooling` of pl_tab_ae.py
- athelas.models.lightning.text.pl_lstm.TextLSTM → as `AttentionPooling` of pl_lstm.py
- athelas.models.lightning.trimodal.pl_trimodal_bert.TrimodalBert → as `AttentionPooling` of pl_trimodal_bert.py
- athelas.models.names3risk_legacy.lstm2risk.TextProjection → as `AttentionPooling` of lstm2risk.py
- athelas.models.names3risk_legacy.score.pool_states → as `AttentionPooling` of lstm2risk.py
- athelas.models.names3risk_legacy.score.pool_tokens → as `AttentionPooling` of transformer2risk.py
- athelas.models.names3risk_legacy.transformer2risk.TextProjection → as `AttentionPooling` of transformer2risk.py

**Usage Example:**
```python
>>> import torch
>>> from athelas.models.pytorch.pooling import AttentionPooling
>>> module = AttentionPooling(input_dim=24)
>>> module(torch.randn(3, 5, 24)).shape
torch.Size([3, 24])

```

**Implementation Notes:**
- src/athelas/models/names3risk_legacy/transformer2risk.py: TextProjection.forward accepts `mask` and never uses it;
  kept as it was.
- A row in which everything is masked gives NaN, as in the originals.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class AttentionPooling(nn.Module):
    """Pools a sequence of vectors into one vector, weighted by a learned score for each position."""

    def __init__(self, input_dim: int, *, dropout: float | None = None) -> None:
        """
        Args:
            input_dim: width of the input
            dropout: rate of dropout; None builds none
        """
        super().__init__()
        self.attention = nn.Linear(input_dim, 1)
        self.dropout = nn.Dropout(dropout) if dropout is not None else None

    def forward(self, x: Tensor, *, token_mask: Tensor | None = None, lengths: Tensor | None = None) -> Tensor:
        """
        Args:
            x: (B, L, D) the input
            token_mask: (B, L) True where a position is valid
            lengths: (B,) number of valid positions of each sequence

        Returns:
            (B, D) the result
        """
        energies = self.attention(x)  # (B, T, 1)
        if lengths is not None:
            steps = torch.arange(x.size(1), device=x.device).unsqueeze(0)
            token_mask = steps < lengths.unsqueeze(1)
        if token_mask is not None:
            energies = energies.masked_fill(~token_mask.unsqueeze(-1), float("-inf"))
        a = F.softmax(energies, dim=1)
        if self.dropout is not None:
            a = self.dropout(a)
        return torch.sum(a * x, dim=1)
