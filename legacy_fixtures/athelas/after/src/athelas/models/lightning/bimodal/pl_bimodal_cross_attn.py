"""Message and table look at each other before they are merged."""

import torch.nn as nn

from .pl_bimodal_bert import BimodalBert

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.feedforward import MLPBlock as _MLPBlock
from athelas.models.pytorch.fusion import CrossAttentionFusion as _CrossAttentionFusion


class FeedForward(_MLPBlock):
    """Deprecated: use `from athelas.models.pytorch.feedforward import MLPBlock`."""

    def __init__(self, d_model, d_ff, p=0.1):
        _legacy.warn(
            "athelas.models.lightning.bimodal.pl_bimodal_cross_attn.FeedForward",
            "from athelas.models.pytorch.feedforward import MLPBlock",
            __file__,
        )
        super().__init__(d_model=d_model, hidden_dim=d_ff, dropout=p, norm_first=False, activation=nn.ReLU)

    def forward(self, features):
        return super().forward(features)


class CrossAttentionFusion(_CrossAttentionFusion):
    """Deprecated: use `from athelas.models.pytorch.fusion import CrossAttentionFusion`."""

    def __init__(self, text_dim, tabular_dim, hidden_dim, num_heads=4, dropout=0.1):
        _legacy.warn(
            "athelas.models.lightning.bimodal.pl_bimodal_cross_attn.CrossAttentionFusion",
            "from athelas.models.pytorch.fusion import CrossAttentionFusion",
            __file__,
        )
        super().__init__(
            hidden_dim=hidden_dim,
            num_heads=num_heads,
            text_dim=text_dim,
            tabular_dim=tabular_dim,
            dropout=dropout,
        )

    def forward(self, text_features, tabular_features, text_mask=None):
        return super().forward(text_features, tabular_features, text_mask=text_mask)


class BimodalBertCrossAttn(BimodalBert):
    label = "bimodal_cross_attn"

    def build_fusion(self, text_dim):
        heads, p = self.config.get("fusion_heads", 8), self.config.get("dropout", 0.1)
        self.fusion = CrossAttentionFusion(text_dim, self.common_dim, self.common_dim, heads, dropout=p)
        self.ffn = FeedForward(self.common_dim, 4 * self.common_dim, p=p)

    def fuse(self, batch):
        text = self.encode_text(batch)
        fused = self.fusion(text, self.tab_subnetwork(batch["tabular"]), text_mask=batch["attention_mask"] > 0)
        return fused + self.ffn(fused)
