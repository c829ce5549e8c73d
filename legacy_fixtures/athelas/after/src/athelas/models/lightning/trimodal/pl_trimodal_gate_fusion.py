import torch
import torch.nn as nn
from pl_trimodal_bert import TrimodalBert


class GateFusion(nn.Module):
    # also gates two texts, hence a and b
    def __init__(self, dim_a, dim_b, dim_embed, p=0.1):
        super().__init__()
        self.a = nn.Linear(dim_a, dim_embed)
        self.b = nn.Linear(dim_b, dim_embed)
        self.gate = nn.Sequential(
            nn.Linear(2 * dim_embed, dim_embed),
            nn.LayerNorm(dim_embed, eps=1e-6),
            nn.GELU(),
            nn.Linear(dim_embed, 1),
            nn.Sigmoid(),
        )
        self.drop = nn.Dropout(p)
        self.ln = nn.LayerNorm(dim_embed, eps=1e-6)

    def forward(self, a, b):
        h_a = self.a(a)
        h_b = self.b(b)
        g = self.gate(torch.cat([h_a, h_b], dim=-1))
        mixed = g * h_a + (1 - g) * h_b
        mixed = self.drop(mixed)
        return self.ln(mixed)


class TrimodalGateFusionBert(TrimodalBert):
    name = "trimodal_gate_fusion"

    def setup_fusion(self):
        c = self.config
        self.texts = GateFusion(c.n_embed, c.n_embed, c.n_common, p=c.p_drop)
        self.all = GateFusion(c.n_common, c.n_common, c.n_common, p=c.p_drop)

    @staticmethod
    def average(states, mask):
        # sequence first, from the time when BERT was an LSTM
        states, mask = states.transpose(0, 1), mask.t().unsqueeze(-1)
        states = states * mask
        return states.sum(dim=0).div_(mask.sum(dim=0).clamp(min=1))

    def fuse(self, text, text_mask, chat, chat_mask, table):
        texts = self.texts(self.average(text, text_mask), self.average(chat, chat_mask))
        return self.all(texts, table)
