"""
Feed Forward

A feed-forward network on the last dimension.

**Core Concept:**
One component for 4 copies: `src/athelas/models/lightning/bimodal/pl_bimodal_cross_attn.py::FeedForward`,
`src/athelas/models/lightning/tabular/pl_tab_ae.py::FeedForward`,
`src/athelas/models/lightning/trimodal/pl_trimodal_cross_attn.py::FeedForward`,
`src/athelas/models/names3risk_legacy/transformer2risk.py::FeedForward`. What they differed in is a parameter.

**Architecture:**
1. Where `norm_first`: `nn.LayerNorm(dim)`
2. `nn.Linear(dim, hidden_dim), activation(), nn.Linear(hidden_dim, dim), nn.Dropout(dropout)`
3. Where `not norm_first`: `nn.LayerNorm(dim)`
4. `mlp` runs them in order.
5. The result is `self.mlp(x)`.

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
- torch.nn.LayerNorm → one of the layers
- torch.nn.Linear → one of the layers
- torch.nn.ReLU → one of the layers
- torch.nn.Sequential → makes `mlp`

**Used By:**
- athelas.models.lightning.bimodal.pl_bimodal_cross_attn.BimodalBertCrossAttn → as `FeedForward` of
  pl_bimodal_cross_attn.py
- athelas.models.lightning.tabular.pl_tab_ae.TabAE → as `FeedForward` of pl_tab_ae.py
- athelas.models.lightning.trimodal.pl_trimodal_cross_attn.TrimodalCrossAttentionBert → as `FeedForward` of
  pl_trimodal_cross_attn.py
- athelas.models.names3risk_legacy.transformer2risk.Block → as `FeedForward` of transformer2risk.py

**Usage Example:**
```python
>>> import torch
>>> from athelas.models.pytorch.feedforward import FeedForward
>>> module = FeedForward(dim=24, hidden_dim=40, dropout=0.1)
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
        dropout: float,
        *,
        norm_first: bool = False,
        activation: Callable[[], nn.Module] = nn.ReLU,
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
        layers: list[nn.Module] = []
        if norm_first:
            layers.append(nn.LayerNorm(dim))
        layers += [nn.Linear(dim, hidden_dim), activation(), nn.Linear(hidden_dim, dim), nn.Dropout(dropout)]
        if not norm_first:
            layers.append(nn.LayerNorm(dim))
        self.mlp = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """
        Args:
            x: (B, L, D) the input

        Returns:
            (B, L, D) the result
        """
        return self.mlp(x)
