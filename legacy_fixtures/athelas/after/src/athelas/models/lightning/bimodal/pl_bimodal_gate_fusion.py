"""One number per sample decides how much of the message and how much of the table goes on."""


from .pl_bimodal_bert import BimodalBert, mean_pool

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.fusion import GateFusion as _GateFusion


class GateFusion(_legacy.LegacyKeys, _GateFusion):
    """Deprecated: use `from athelas.models.pytorch.fusion import GateFusion`."""

    _old_values = {"drop": None}

    def __init__(self, text_dim, tab_dim, fusion_dim):
        _legacy.warn(
            "athelas.models.lightning.bimodal.pl_bimodal_gate_fusion.GateFusion",
            "from athelas.models.pytorch.fusion import GateFusion",
            __file__,
        )
        super().__init__(text_dim=text_dim, hidden_dim=fusion_dim, tab_dim=tab_dim)


class BimodalBertGateFusion(BimodalBert):
    label = "bimodal_gate_fusion"

    def build_fusion(self, text_dim):
        self.gate_fusion = GateFusion(text_dim, self.common_dim, self.common_dim)

    def fuse(self, batch):
        text = mean_pool(self.encode_text(batch), batch["attention_mask"])
        return self.gate_fusion(text, self.tab_subnetwork(batch["tabular"]))
