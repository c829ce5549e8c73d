"""
Gate Fusion

Combines several inputs into one.

**Core Concept:**
One component for 2 copies: `src/athelas/models/lightning/bimodal/pl_bimodal_gate_fusion.py::GateFusion`,
`src/athelas/models/lightning/trimodal/pl_trimodal_gate_fusion.py::GateFusion`. What they differed in is a parameter.

**Architecture:**
1. `text_proj`: `nn.Linear(text_dim, hidden_dim)`
2. `tab_proj`: `nn.Linear(tab_dim, hidden_dim)`
3. `gate_net`: `nn.Sequential( nn.Linear(2 * hidden_dim, hidden_dim), nn.LayerNorm(hidden_dim, eps=eps), activation(),
   nn.Linear(hidden_dim, 1), nn.Sigmoid())`
4. `drop`: `nn.Dropout(dropout) if dropout is not None else None`
5. `norm`: `nn.LayerNorm(hidden_dim, eps=eps)`
6. The result is `self.norm(fused)`.

**Parameters:**
- text_dim (int): `in_features` of Linear
- hidden_dim (int): width between the layers
- tab_dim (int): `in_features` of Linear
- eps (float): `eps` of LayerNorm
- dropout (float | None): rate of dropout; None builds none
- activation (Callable[[], nn.Module]): makes the activation

**Forward Signature:**
Input:
  - text_features (B, L, D): the input
  - tab_features (B, L, F): the input
Output:
  - (B, L, 56): the result

**Dependencies:**
- torch.nn.Dropout → makes `drop`
- torch.nn.LayerNorm → makes `gate_net`, `norm`
- torch.nn.Linear → makes `text_proj`, `tab_proj`, `gate_net`
- torch.nn.ReLU → one of the layers
- torch.nn.Sequential → makes `gate_net`
- torch.nn.Sigmoid → makes `gate_net`

**Used By:**
- athelas.models.lightning.bimodal.pl_bimodal_gate_fusion.BimodalBertGateFusion → as `GateFusion` of
  pl_bimodal_gate_fusion.py
- athelas.models.lightning.trimodal.pl_trimodal_gate_fusion.TrimodalGateFusionBert → as `GateFusion` of
  pl_trimodal_gate_fusion.py

**Usage Example:**
```python
>>> import torch
>>> from athelas.models.pytorch.fusion import GateFusion
>>> module = GateFusion(text_dim=24, hidden_dim=56, tab_dim=40)
>>> module(torch.randn(3, 5, 24), torch.randn(3, 5, 40)).shape
torch.Size([3, 5, 56])

```
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn


class GateFusion(nn.Module):
    """Combines several inputs into one."""

    def __init__(
        self,
        text_dim: int,
        hidden_dim: int,
        tab_dim: int,
        *,
        eps: float = 1e-05,
        dropout: float | None = None,
        activation: Callable[[], nn.Module] = nn.ReLU,
    ) -> None:
        """
        Args:
            text_dim: `in_features` of Linear
            hidden_dim: width between the layers
            tab_dim: `in_features` of Linear
            eps: `eps` of LayerNorm
            dropout: rate of dropout; None builds none
            activation: makes the activation
        """
        super().__init__()
        self.text_proj = nn.Linear(text_dim, hidden_dim)
        self.tab_proj = nn.Linear(tab_dim, hidden_dim)
        self.gate_net = nn.Sequential(
            nn.Linear(2 * hidden_dim, hidden_dim),
            nn.LayerNorm(hidden_dim, eps=eps),
            activation(),
            nn.Linear(hidden_dim, 1),
            nn.Sigmoid(),
        )
        self.drop = nn.Dropout(dropout) if dropout is not None else None
        self.norm = nn.LayerNorm(hidden_dim, eps=eps)

    def forward(self, text_features: Tensor, tab_features: Tensor) -> Tensor:
        """
        Args:
            text_features: (B, L, D) the input
            tab_features: (B, L, F) the input

        Returns:
            (B, L, 56) the result
        """
        text = self.text_proj(text_features)
        tab = self.tab_proj(tab_features)
        gate = self.gate_net(torch.cat([text, tab], dim=-1))  # (B, 1)
        fused = gate * text + (1 - gate) * tab
        if self.drop is not None:
            fused = self.drop(fused)
        return self.norm(fused)
