import torch.nn as nn
from pl_trimodal_bert import TrimodalBert

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.fusion import GateFusion as _GateFusion


class GateFusion(_legacy.LegacyKeys, _GateFusion):
    """Deprecated: use `from athelas.models.pytorch.fusion import GateFusion`."""

    _old_names = {"gate_net": "gate", "norm": "ln", "tab_proj": "b", "text_proj": "a"}

    def __init__(self, dim_a, dim_b, dim_embed, p=0.1):
        _legacy.warn(
            "pl_trimodal_gate_fusion.GateFusion",
            "from athelas.models.pytorch.fusion import GateFusion",
            __file__,
        )
        super().__init__(text_dim=dim_a, hidden_dim=dim_embed, tab_dim=dim_b, eps=1e-6, dropout=p, activation=nn.GELU)

    def forward(self, a, b):
        return super().forward(a, b)


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
