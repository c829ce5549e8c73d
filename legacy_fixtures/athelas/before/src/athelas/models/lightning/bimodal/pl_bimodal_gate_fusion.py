"""One number per sample decides how much of the message and how much of the table goes on."""

import torch
import torch.nn as nn

from .pl_bimodal_bert import BimodalBert, mean_pool


class GateFusion(nn.Module):
    def __init__(self, text_dim, tab_dim, fusion_dim):
        super().__init__()
        self.text_proj = nn.Linear(text_dim, fusion_dim)
        self.tab_proj = nn.Linear(tab_dim, fusion_dim)
        self.gate_net = nn.Sequential(
            nn.Linear(2 * fusion_dim, fusion_dim),
            nn.LayerNorm(fusion_dim),
            nn.ReLU(),
            nn.Linear(fusion_dim, 1),
            nn.Sigmoid(),
        )
        self.norm = nn.LayerNorm(fusion_dim)

    def forward(self, text_features, tab_features):
        text = self.text_proj(text_features)
        tab = self.tab_proj(tab_features)
        gate = self.gate_net(torch.cat([text, tab], dim=-1))  # (B, 1)
        fused = gate * text + (1 - gate) * tab
        return self.norm(fused)


class BimodalBertGateFusion(BimodalBert):
    label = "bimodal_gate_fusion"

    def build_fusion(self, text_dim):
        self.gate_fusion = GateFusion(text_dim, self.common_dim, self.common_dim)

    def fuse(self, batch):
        text = mean_pool(self.encode_text(batch), batch["attention_mask"])
        return self.gate_fusion(text, self.tab_subnetwork(batch["tabular"]))
