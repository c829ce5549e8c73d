"""
Residual Block

A feed-forward network on the last dimension with a residual connection.

**Core Concept:**
One component for 5 copies: `src/athelas/models/lightning/bimodal/pl_bimodal_cnn.py::ResidualBlock`,
`src/athelas/models/lightning/tabular/pl_tab_ae.py::ResidualBlock`,
`src/athelas/models/lightning/text/pl_text_cnn.py::ResidualBlock`,
`src/athelas/models/names3risk_legacy/lstm2risk.py::ResidualBlock`,
`src/athelas/models/names3risk_legacy/transformer2risk.py::ResidualBlock`. What they differed in is a parameter.

**Architecture:**
1. Where `norm is not None`: `norm(dim)`
2. `nn.Linear(dim, hidden_dim), activation(), nn.Linear(hidden_dim, dim)`
3. Where `p is not None`: `nn.Dropout(p)`
4. `block` runs them in order.
5. The result is `x + self.block(x)`.

**Parameters:**
- dim (int): width of the input and of the output
- hidden_dim (int): width between the layers
- p (float | None): `p` of Dropout; None builds none
- activation (Callable[[], nn.Module]): makes the activation
- norm (Callable[[int], nn.Module] | None): makes the norm, given its width; None builds none

**Forward Signature:**
Input:
  - x (B, L, D): the input
Output:
  - (B, L, D): the result

**Dependencies:**
- torch.nn.Dropout → one of the layers
- torch.nn.GELU → one of the layers
- torch.nn.Linear → one of the layers
- torch.nn.Sequential → makes `block`

**Used By:**
- athelas.models.lightning.bimodal.pl_bimodal_cnn.BimodalCNN → as `ResidualBlock` of pl_bimodal_cnn.py
- athelas.models.lightning.tabular.pl_tab_ae.TabAE → as `ResidualBlock` of pl_tab_ae.py
- athelas.models.lightning.text.pl_text_cnn.TextCNN → as `ResidualBlock` of pl_text_cnn.py
- athelas.models.names3risk_legacy.lstm2risk.LSTM2Risk → as `ResidualBlock` of lstm2risk.py
- athelas.models.names3risk_legacy.transformer2risk.Transformer2Risk → as `ResidualBlock` of transformer2risk.py

**Usage Example:**
```python
>>> import torch
>>> from torch import nn
>>> from athelas.models.pytorch.feedforward import ResidualBlock
>>> module = ResidualBlock(dim=24, hidden_dim=48, p=0.25, norm=nn.LayerNorm)
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
        p: float | None = None,
        activation: Callable[[], nn.Module] = nn.GELU,
        norm: Callable[[int], nn.Module] | None = None,
    ) -> None:
        """
        Args:
            dim: width of the input and of the output
            hidden_dim: width between the layers
            p: `p` of Dropout; None builds none
            activation: makes the activation
            norm: makes the norm, given its width; None builds none
        """
        super().__init__()
        layers: list[nn.Module] = []
        if norm is not None:
            layers.append(norm(dim))
        layers += [nn.Linear(dim, hidden_dim), activation(), nn.Linear(hidden_dim, dim)]
        if p is not None:
            layers.append(nn.Dropout(p))
        self.block = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """
        Args:
            x: (B, L, D) the input

        Returns:
            (B, L, D) the result
        """
        return x + self.block(x)
