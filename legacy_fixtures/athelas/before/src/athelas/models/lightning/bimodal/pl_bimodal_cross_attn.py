"""Message and table look at each other before they are merged."""

import torch
import torch.nn as nn

from .pl_bimodal_bert import BimodalBert


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, p=0.1):
        super().__init__()
        self.mlp = nn.Sequential(
            nn.Linear(d_model, d_ff),
            nn.ReLU(),
            nn.Linear(d_ff, d_model),
            nn.Dropout(p),
            nn.LayerNorm(d_model),
        )

    def forward(self, features):
        return self.mlp(features)


class CrossAttentionFusion(nn.Module):
    """
    text_features (B, L, text_dim), or (B, text_dim) for one vector; tabular_features (B, tabular_dim);
    text_mask (B, L), True where there is a token. Returns (B, hidden_dim).
    """

    def __init__(self, text_dim, tabular_dim, hidden_dim, num_heads=4, dropout=0.1):
        super().__init__()
        self.text_proj = nn.Linear(text_dim, hidden_dim)
        self.tab_proj = nn.Linear(tabular_dim, hidden_dim)
        self.text_to_tab = nn.MultiheadAttention(hidden_dim, num_heads, dropout=dropout, batch_first=True)
        self.tab_to_text = nn.MultiheadAttention(hidden_dim, num_heads, dropout=dropout, batch_first=True)
        self.text_norm = nn.LayerNorm(hidden_dim)
        self.tab_norm = nn.LayerNorm(hidden_dim)
        self.out_proj = nn.Linear(2 * hidden_dim, hidden_dim)

    def forward(self, text_features, tabular_features, text_mask=None):
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
