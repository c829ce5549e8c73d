"""Every pair of (message, chat) and table through cross attention, the results through one more self attention."""

import torch
import torch.nn.functional as F
from pl_trimodal_bert import TrimodalBert
from torch import nn


class FeedForward(nn.Module):
    def __init__(self, embed, mult=4, dropout=0.1):
        super().__init__()
        # norm first here
        self.seq = nn.Sequential(
            nn.LayerNorm(embed),
            nn.Linear(embed, mult * embed),
            nn.GELU(),
            nn.Linear(mult * embed, embed),
            nn.Dropout(dropout),
        )

    def forward(self, t):
        return self.seq(t)


class Head(nn.Module):
    """from minGPT via names3risk"""

    def __init__(self, embed, size, dropout=0.1):
        super().__init__()
        self.to_k = nn.Linear(embed, size, bias=False)
        self.to_q = nn.Linear(embed, size, bias=False)
        self.to_v = nn.Linear(embed, size, bias=False)
        self.drop = nn.Dropout(dropout)

    def forward(self, t):
        queries, keys, values = self.to_q(t), self.to_k(t), self.to_v(t)
        att = queries @ keys.transpose(-2, -1) * keys.shape[-1] ** -0.5
        att = self.drop(F.softmax(att, dim=-1))
        return att @ values


class MultiHeadAttention(nn.Module):
    def __init__(self, embed, heads, dropout=0.1):
        super().__init__()
        self.attention_heads = nn.ModuleList(Head(embed, embed // heads, dropout) for _ in range(heads))
        self.out = nn.Linear(embed, embed)
        self.drop = nn.Dropout(dropout)

    def forward(self, t):
        joined = torch.cat([head(t) for head in self.attention_heads], dim=-1)
        return self.drop(self.out(joined))


class CrossAttentionFusion(nn.Module):
    def __init__(self, seq_dim, tab_dim, common_dim, n_heads=4, p=0.1):
        super().__init__()
        self.q_seq = nn.Linear(seq_dim, common_dim)
        self.q_tab = nn.Linear(tab_dim, common_dim)
        self.seq_attention = nn.MultiheadAttention(common_dim, n_heads, dropout=p, batch_first=True)
        self.tab_attention = nn.MultiheadAttention(common_dim, n_heads, dropout=p, batch_first=True)
        self.ln_seq = nn.LayerNorm(common_dim, eps=1e-6)
        self.ln_tab = nn.LayerNorm(common_dim, eps=1e-6)
        self.proj = nn.Linear(2 * common_dim, common_dim)

    def forward(self, seq, tab, valid=None):
        seq = self.q_seq(seq)
        if seq.dim() == 2:
            seq = seq.unsqueeze(1)
        tab = self.q_tab(tab).unsqueeze(1)
        ignore = None
        if valid is not None:
            ignore = ~valid
        seq_seen, _ = self.seq_attention(seq, tab, tab, need_weights=False)
        tab_seen, _ = self.tab_attention(tab, seq, seq, key_padding_mask=ignore, need_weights=False)
        seq = self.ln_seq(seq + seq_seen)
        tab = self.ln_tab(tab + tab_seen)
        return self.proj(torch.cat([seq[:, 0], tab[:, 0]], dim=-1))


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
