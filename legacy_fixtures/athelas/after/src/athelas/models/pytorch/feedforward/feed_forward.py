"""
Feed Forward

A feed-forward network on the last dimension.

**Core Concept:**
One component for 2 copies: `src/athelas/models/lightning/tabular/pl_tab_ae.py::FeedForward`,
`src/athelas/models/names3risk_legacy/transformer2risk.py::FeedForward`. What they differed in is a parameter.

**Architecture:**
1. `# norm at the end, training was unstable the other way round layers: list[nn.Module] = []`
2. Where `norm_first`: `nn.LayerNorm(dim)`
3. `nn.Linear(dim, hidden_dim), activation(), nn.Linear(hidden_dim, dim), nn.Dropout(dropout)`
4. Where `not norm_first`: `nn.LayerNorm(dim)`
5. `ff` runs them in order.
6. The result is `self.ff(x)`.

**Parameters:**
- dim (int): width of the input and of the output
- hidden_dim (int): width between the layers
- dropout (float): rate of dropout
- norm_first (bool): whether the norm comes before the layers instead of after them
- activation (Callable[[], nn.Module]): makes the activation

**Forward Signature:**
Input:
  - x (B, L, D): the input
Output:
  - (B, L, D): the result

**Dependencies:**
- torch.nn.Dropout → one of the layers
- torch.nn.GELU → one of the layers
- torch.nn.LayerNorm → one of the layers
- torch.nn.Linear → one of the layers
- torch.nn.Sequential → makes `ff`

**Used By:**
- athelas.models.lightning.tabular.pl_tab_ae.TabAE → as `FeedForward` of pl_tab_ae.py
- athelas.models.names3risk_legacy.transformer2risk.Block → as `FeedForward` of transformer2risk.py

**Usage Example:**
```python
>>> import torch
>>> from athelas.models.pytorch.feedforward import FeedForward
>>> module = FeedForward(dim=24, hidden_dim=40, dropout=0.25)
>>> module(torch.randn(3, 5, 24)).shape
torch.Size([3, 5, 24])

```
"""

from collections.abc import Callable

from torch import Tensor, nn


class FeedForward(nn.Module):
    """A feed-forward network on the last dimension."""

    def __init__(
        self,
        dim: int,
        hidden_dim: int,
        *,
        dropout: float = 0.1,
        norm_first: bool = False,
        activation: Callable[[], nn.Module] = nn.GELU,
    ) -> None:
        """
        Args:
            dim: width of the input and of the output
            hidden_dim: width between the layers
            dropout: rate of dropout
            norm_first: whether the norm comes before the layers instead of after them
            activation: makes the activation
        """
        super().__init__()
        # norm at the end, training was unstable the other way round
        layers: list[nn.Module] = []
        if norm_first:
            layers.append(nn.LayerNorm(dim))
        layers += [nn.Linear(dim, hidden_dim), activation(), nn.Linear(hidden_dim, dim), nn.Dropout(dropout)]
        if not norm_first:
            layers.append(nn.LayerNorm(dim))
        self.ff = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """
        Args:
            x: (B, L, D) the input

        Returns:
            (B, L, D) the result
        """
        return self.ff(x)
