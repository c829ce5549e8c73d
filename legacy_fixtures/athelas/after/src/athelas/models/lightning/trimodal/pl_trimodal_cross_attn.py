"""Every pair of (message, chat) and table through cross attention, the results through one more self attention."""

import torch
from pl_trimodal_bert import TrimodalBert
from torch import nn

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.feedforward import FeedForward as _FeedForward
from athelas.models.pytorch.attention import Head as _Head
from athelas.models.pytorch.attention import MultiHeadAttention as _MultiHeadAttention


class FeedForward(_legacy.LegacyKeys, _FeedForward):
    """Deprecated: use `from athelas.models.pytorch.feedforward import FeedForward`."""

    _old_names = {"mlp": "seq"}

    def __init__(self, embed, mult=4, dropout=0.1):
        _legacy.warn(
            "pl_trimodal_cross_attn.FeedForward",
            "from athelas.models.pytorch.feedforward import FeedForward",
            __file__,
        )
        super().__init__(dim=embed, hidden_dim=mult * embed, dropout=dropout, norm_first=True, activation=nn.GELU)

    def forward(self, t):
        return super().forward(t)


# from minGPT via names3risk
class Head(_Head):
    """Deprecated: use `from athelas.models.pytorch.attention import Head`."""

    def __init__(self, embed, size, dropout=0.1):
        _legacy.warn("pl_trimodal_cross_attn.Head", "from athelas.models.pytorch.attention import Head", __file__)
        super().__init__(input_dim=embed, output_dim=size, dropout=dropout)


class MultiHeadAttention(_MultiHeadAttention):
    """Deprecated: use `from athelas.models.pytorch.attention import MultiHeadAttention`."""

    def __init__(self, embed, heads, dropout=0.1):
        _legacy.warn(
            "pl_trimodal_cross_attn.MultiHeadAttention",
            "from athelas.models.pytorch.attention import MultiHeadAttention",
            __file__,
        )
        super().__init__(dim=embed, output_dim=heads, dropout=dropout)


class CrossAttentionFusion(nn.Module):
    def __init__(self, text_dim, tabular_dim, common_dim, n_heads=4, p=0.1):
        super().__init__()
        self.q_seq = nn.Linear(text_dim, common_dim)
        self.q_tab = nn.Linear(tabular_dim, common_dim)
        self.seq_attention = nn.MultiheadAttention(common_dim, n_heads, dropout=p, batch_first=True)
        self.tab_attention = nn.MultiheadAttention(common_dim, n_heads, dropout=p, batch_first=True)
        self.ln_seq = nn.LayerNorm(common_dim, eps=1e-6)
        self.ln_tab = nn.LayerNorm(common_dim, eps=1e-6)
        self.proj = nn.Linear(2 * common_dim, common_dim)

    def forward(self, seq_features, row, seq_mask=None):
        s = self.q_seq(seq_features)
        if s.dim() == 2:
            s = s.unsqueeze(1)
        t = self.q_tab(row).unsqueeze(1)
        ignore = None
        if seq_mask is not None:
            ignore = ~seq_mask
        s_seen, _ = self.seq_attention(s, t, t, need_weights=False)
        t_seen, _ = self.tab_attention(t, s, s, key_padding_mask=ignore, need_weights=False)
        s = self.ln_seq(s + s_seen)
        t = self.ln_tab(t + t_seen)
        return self.proj(torch.cat([s[:, 0], t[:, 0]], dim=-1))


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
