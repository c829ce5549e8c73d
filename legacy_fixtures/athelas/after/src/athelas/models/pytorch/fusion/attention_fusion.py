"""
Cross Attention Fusion

text_features (B, L, text_dim), or (B, text_dim) for one vector; tabular_features (B, tabular_dim);

**Core Concept:**
text_features (B, L, text_dim), or (B, text_dim) for one vector; tabular_features (B, tabular_dim); text_mask (B, L),
True where there is a token. Returns (B, hidden_dim).

One component for 2 copies: `src/athelas/models/lightning/bimodal/pl_bimodal_cross_attn.py::CrossAttentionFusion`,
`src/athelas/models/lightning/trimodal/pl_trimodal_cross_attn.py::CrossAttentionFusion`. What they differed in is a
parameter.

**Architecture:**
1. `text_proj`: `nn.Linear(text_dim, hidden_dim)`
2. `tab_proj`: `nn.Linear(tabular_dim, hidden_dim)`
3. `text_to_tab`: `nn.MultiheadAttention(hidden_dim, num_heads, dropout=dropout, batch_first=True)`
4. `tab_to_text`: `nn.MultiheadAttention(hidden_dim, num_heads, dropout=dropout, batch_first=True)`
5. `text_norm`: `nn.LayerNorm(hidden_dim, eps=eps)`
6. `tab_norm`: `nn.LayerNorm(hidden_dim, eps=eps)`
7. `out_proj`: `nn.Linear(2 * hidden_dim, hidden_dim)`
8. The result is `self.out_proj(torch.cat([text[:, 0], tab[:, 0]], dim=-1))`.

**Parameters:**
- hidden_dim (int): width between the layers
- num_heads (int): number of attention heads
- text_dim (int): `text_dim` of the original
- tabular_dim (int): `tabular_dim` of the original
- dropout (float): rate of dropout
- eps (float): `eps` of LayerNorm

**Forward Signature:**
Input:
  - text_features (B, L, D): the input
  - tabular_features (B, F): the input
  - text_mask (B, L): True where a position is valid, optional
Output:
  - (B, 56): the result

**Dependencies:**
- torch.nn.LayerNorm → makes `text_norm`, `tab_norm`
- torch.nn.Linear → makes `text_proj`, `tab_proj`, `out_proj`
- torch.nn.MultiheadAttention → makes `text_to_tab`, `tab_to_text`

**Used By:**
- athelas.models.lightning.bimodal.pl_bimodal_cross_attn.BimodalBertCrossAttn → as `CrossAttentionFusion` of
  pl_bimodal_cross_attn.py
- athelas.models.lightning.trimodal.pl_trimodal_cross_attn.TrimodalCrossAttentionBert → as `CrossAttentionFusion` of
  pl_trimodal_cross_attn.py

**Usage Example:**
```python
>>> import torch
>>> from athelas.models.pytorch.fusion import CrossAttentionFusion
>>> module = CrossAttentionFusion(hidden_dim=56, num_heads=4, text_dim=24, tabular_dim=40, dropout=0.25)
>>> module(torch.randn(3, 5, 24), torch.randn(3, 40)).shape
torch.Size([3, 56])

```
"""

import torch
from torch import Tensor, nn


class CrossAttentionFusion(nn.Module):
    """text_features (B, L, text_dim), or (B, text_dim) for one vector; tabular_features (B, tabular_dim);"""

    def __init__(
        self, hidden_dim: int, num_heads: int, text_dim: int, tabular_dim: int, dropout: float, *, eps: float = 1e-05
    ) -> None:
        """
        Args:
            hidden_dim: width between the layers
            num_heads: number of attention heads
            text_dim: `text_dim` of the original
            tabular_dim: `tabular_dim` of the original
            dropout: rate of dropout
            eps: `eps` of LayerNorm
        """
        super().__init__()
        self.text_proj = nn.Linear(text_dim, hidden_dim)
        self.tab_proj = nn.Linear(tabular_dim, hidden_dim)
        self.text_to_tab = nn.MultiheadAttention(hidden_dim, num_heads, dropout=dropout, batch_first=True)
        self.tab_to_text = nn.MultiheadAttention(hidden_dim, num_heads, dropout=dropout, batch_first=True)
        self.text_norm = nn.LayerNorm(hidden_dim, eps=eps)
        self.tab_norm = nn.LayerNorm(hidden_dim, eps=eps)
        self.out_proj = nn.Linear(2 * hidden_dim, hidden_dim)

    def forward(self, text_features: Tensor, tabular_features: Tensor, *, text_mask: Tensor | None = None) -> Tensor:
        """
        Args:
            text_features: (B, L, D) the input
            tabular_features: (B, F) the input
            text_mask: (B, L) True where a position is valid

        Returns:
            (B, 56) the result
        """
        text = self.text_proj(text_features)
        if text.dim() == 2:
            text = text.unsqueeze(1)
        tab = self.tab_proj(tabular_features).unsqueeze(1)  # a sequence of one
        padding = None
        if text_mask is not None:
            padding = ~text_mask
        text_context, _ = self.text_to_tab(text, tab, tab, need_weights=False)
        tab_context, _ = self.tab_to_text(tab, text, text, key_padding_mask=padding, need_weights=False)
        text = self.text_norm(text + text_context)
        tab = self.tab_norm(tab + tab_context)
        # first token stands for the message, as in BERT
        return self.out_proj(torch.cat([text[:, 0], tab[:, 0]], dim=-1))
