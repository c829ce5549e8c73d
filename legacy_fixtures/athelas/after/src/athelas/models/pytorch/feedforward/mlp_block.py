"""
Mlp Block

A feed-forward network on the last dimension.

**Core Concept:**
One component for 5 copies: `src/athelas/models/lightning/bimodal/pl_bimodal_cross_attn.py::FeedForward`,
`src/athelas/models/lightning/tabular/pl_tab_ae.py::FeedForward`,
`src/athelas/models/lightning/trimodal/pl_trimodal_cross_attn.py::FeedForward`,
`src/athelas/models/names3risk_legacy/transformer2risk.py::FeedForward`,
`src/athelas/models/temporal_self_attention_legacy/scripts/models.py::MLPBlock`. What they differed in is a parameter.

**Architecture:**
1. `# norm first here layers: list[nn.Module] = []`
2. Where `norm_first`: `nn.LayerNorm(d_model)`
3. `nn.Linear(d_model, hidden_dim), activation(), nn.Linear(hidden_dim, d_model), nn.Dropout(dropout)`
4. Where `not norm_first`: `nn.LayerNorm(d_model)`
5. `mlp` runs them in order.
6. The result is `self.mlp(x)`.

**Parameters:**
- d_model (int): `normalized_shape` of LayerNorm
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
- torch.nn.Sequential → makes `mlp`

**Used By:**
- athelas.models.lightning.bimodal.pl_bimodal_cross_attn.BimodalBertCrossAttn → as `FeedForward` of
  pl_bimodal_cross_attn.py
- athelas.models.lightning.tabular.pl_tab_ae.TabAE → as `FeedForward` of pl_tab_ae.py
- athelas.models.lightning.trimodal.pl_trimodal_cross_attn.TrimodalCrossAttentionBert → as `FeedForward` of
  pl_trimodal_cross_attn.py
- athelas.models.names3risk_legacy.transformer2risk.Block → as `FeedForward` of transformer2risk.py
- athelas.models.temporal_self_attention_legacy.scripts.models.OrderFeatureAttentionClassifier → as `MLPBlock` of
  models.py
- athelas.models.temporal_self_attention_legacy.scripts.models.TwoSeqMoEOrderFeatureAttentionClassifier → as `MLPBlock`
  of models.py

**Usage Example:**
```python
>>> import torch
>>> from athelas.models.pytorch.feedforward import MLPBlock
>>> module = MLPBlock(d_model=24, hidden_dim=96, dropout=0.25)
>>> module(torch.randn(3, 5, 24)).shape
torch.Size([3, 5, 24])

```
"""

from collections.abc import Callable

from torch import Tensor, nn


class MLPBlock(nn.Module):
    """A feed-forward network on the last dimension."""

    def __init__(
        self,
        d_model: int,
        hidden_dim: int,
        dropout: float,
        *,
        norm_first: bool = True,
        activation: Callable[[], nn.Module] = nn.GELU,
    ) -> None:
        """
        Args:
            d_model: `normalized_shape` of LayerNorm
            hidden_dim: width between the layers
            dropout: rate of dropout
            norm_first: whether the norm comes before the layers instead of after them
            activation: makes the activation
        """
        super().__init__()
        # norm first here
        layers: list[nn.Module] = []
        if norm_first:
            layers.append(nn.LayerNorm(d_model))
        layers += [nn.Linear(d_model, hidden_dim), activation(), nn.Linear(hidden_dim, d_model), nn.Dropout(dropout)]
        if not norm_first:
            layers.append(nn.LayerNorm(d_model))
        self.mlp = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """
        Args:
            x: (B, L, D) the input

        Returns:
            (B, L, D) the result
        """
        return self.mlp(x)
