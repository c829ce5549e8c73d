"""
Residual Block

A feed-forward network on the last dimension with a residual connection.

**Core Concept:**
One component for 3 copies: `src/athelas/models/lightning/tabular/pl_tab_ae.py::ResidualBlock`,
`src/athelas/models/names3risk_legacy/lstm2risk.py::ResidualBlock`,
`src/athelas/models/names3risk_legacy/transformer2risk.py::ResidualBlock`. What they differed in is a parameter.

**Architecture:**
1. Where `norm is not None`: `norm(dim)`
2. `nn.Linear(dim, hidden_dim), activation(), nn.Linear(hidden_dim, dim)`
3. Where `dropout is not None`: `nn.Dropout(dropout)`
4. `net` runs them in order.
5. The result is `x + self.net(x)`.

**Parameters:**
- dim (int): width of the input and of the output
- hidden_dim (int): width between the layers
- dropout (float | None): rate of dropout; None builds none
- activation (Callable[[], nn.Module]): makes the activation
- norm (Callable[[int], nn.Module] | None): makes the norm, given its width; None builds none

**Forward Signature:**
Input:
  - x (B, L, D): the input
Output:
  - (B, L, D): the result

**Dependencies:**
- torch.nn.Dropout → one of the layers
- torch.nn.Linear → one of the layers
- torch.nn.ReLU → one of the layers
- torch.nn.Sequential → makes `net`

**Used By:**
- athelas.models.lightning.tabular.pl_tab_ae.TabAE → as `ResidualBlock` of pl_tab_ae.py
- athelas.models.names3risk_legacy.lstm2risk.LSTM2Risk → as `ResidualBlock` of lstm2risk.py
- athelas.models.names3risk_legacy.transformer2risk.Transformer2Risk → as `ResidualBlock` of transformer2risk.py

**Usage Example:**
```python
>>> import torch
>>> from athelas.models.pytorch.feedforward import ResidualBlock
>>> module = ResidualBlock(dim=24, hidden_dim=24, dropout=0.25)
>>> module(torch.randn(3, 5, 24)).shape
torch.Size([3, 5, 24])

```

**Implementation Notes:**
- src/athelas/models/names3risk_legacy/lstm2risk.py: LSTM2Risk builds `self.tab_gate` (nn.Linear) and never uses it;
  kept as it was.
"""

from collections.abc import Callable

from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """A feed-forward network on the last dimension with a residual connection."""

    def __init__(
        self,
        dim: int,
        hidden_dim: int,
        *,
        dropout: float | None = None,
        activation: Callable[[], nn.Module] = nn.ReLU,
        norm: Callable[[int], nn.Module] | None = None,
    ) -> None:
        """
        Args:
            dim: width of the input and of the output
            hidden_dim: width between the layers
            dropout: rate of dropout; None builds none
            activation: makes the activation
            norm: makes the norm, given its width; None builds none
        """
        super().__init__()
        layers: list[nn.Module] = []
        if norm is not None:
            layers.append(norm(dim))
        layers += [nn.Linear(dim, hidden_dim), activation(), nn.Linear(hidden_dim, dim)]
        if dropout is not None:
            layers.append(nn.Dropout(dropout))
        self.net = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """
        Args:
            x: (B, L, D) the input

        Returns:
            (B, L, D) the result
        """
        return x + self.net(x)
