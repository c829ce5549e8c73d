"""Every pair of (message, chat) and table through cross attention, the results through one more self attention."""

import torch
from pl_trimodal_bert import TrimodalBert

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.feedforward import MLPBlock as _MLPBlock
from athelas.models.pytorch.attention import SelfAttentionHead as _SelfAttentionHead
from athelas.models.pytorch.attention import MultiHeadAttention as _MultiHeadAttention
from athelas.models.pytorch.fusion import CrossAttentionFusion as _CrossAttentionFusion


class FeedForward(_legacy.LegacyKeys, _MLPBlock):
    """Deprecated: use `from athelas.models.pytorch.feedforward import MLPBlock`."""

    _old_names = {"mlp": "seq"}

    def __init__(self, embed, mult=4, dropout=0.1):
        _legacy.warn(
            "pl_trimodal_cross_attn.FeedForward",
            "from athelas.models.pytorch.feedforward import MLPBlock",
            __file__,
        )
        super().__init__(d_model=embed, hidden_dim=mult * embed, dropout=dropout)

    def forward(self, t):
        return super().forward(t)


# from minGPT via names3risk
class Head(_SelfAttentionHead):
    """Deprecated: use `from athelas.models.pytorch.attention import SelfAttentionHead`."""

    def __init__(self, embed, size, dropout=0.1):
        _legacy.warn(
            "pl_trimodal_cross_attn.Head",
            "from athelas.models.pytorch.attention import SelfAttentionHead",
            __file__,
        )
        super().__init__(input_dim=embed, head_dim=size, dropout=dropout)


class MultiHeadAttention(_MultiHeadAttention):
    """Deprecated: use `from athelas.models.pytorch.attention import MultiHeadAttention`."""

    def __init__(self, embed, heads, dropout=0.1):
        _legacy.warn(
            "pl_trimodal_cross_attn.MultiHeadAttention",
            "from athelas.models.pytorch.attention import MultiHeadAttention",
            __file__,
        )
        super().__init__(dim=embed, num_heads=heads, dropout=dropout)


class CrossAttentionFusion(_legacy.LegacyKeys, _CrossAttentionFusion):
    """Deprecated: use `from athelas.models.pytorch.fusion import CrossAttentionFusion`."""

    _old_names = {
        "out_proj": "proj",
        "tab_norm": "ln_tab",
        "tab_proj": "q_tab",
        "tab_to_text": "tab_attention",
        "text_norm": "ln_seq",
        "text_proj": "q_seq",
        "text_to_tab": "seq_attention",
    }

    def __init__(self, text_dim, tabular_dim, common_dim, n_heads=4, p=0.1):
        _legacy.warn(
            "pl_trimodal_cross_attn.CrossAttentionFusion",
            "from athelas.models.pytorch.fusion import CrossAttentionFusion",
            __file__,
        )
        super().__init__(
            hidden_dim=common_dim,
            num_heads=n_heads,
            text_dim=text_dim,
            tabular_dim=tabular_dim,
            dropout=p,
            eps=1e-6,
        )

    def forward(self, seq_features, row, seq_mask=None):
        return super().forward(seq_features, row, text_mask=seq_mask)


class TrimodalCrossAttentionBert(TrimodalBert):
    name = "trimodal_cross_attn"

    def setup_fusion(self):
        c = self.config
        self.text_fusion = CrossAttentionFusion(c.n_embed, c.n_common, c.n_common, c.n_head, p=c.p_drop)
        self.chat_fusion = CrossAttentionFusion(c.n_embed, c.n_common, c.n_common, c.n_head, p=c.p_drop)
        self.mixer = MultiHeadAttention(c.n_common, c.n_head, c.p_drop)
        self.ff = FeedForward(c.n_common, dropout=c.p_drop)

    def fuse(self, text, text_mask, chat, chat_mask, table):
        pairs = [self.text_fusion(text, table, text_mask), self.chat_fusion(chat, table, chat_mask), table]
        t = torch.stack(pairs, dim=1)  # (B, 3, n_common)
        t = t + self.mixer(t)
        t = t + self.ff(t)
        return t.mean(dim=1)
