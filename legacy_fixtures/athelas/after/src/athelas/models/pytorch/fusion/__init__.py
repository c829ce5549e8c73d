from .attention_fusion import CrossAttentionFusion
from .gate_fusion import GateFusion
from .mixture_of_experts import init_

__all__ = ["CrossAttentionFusion", "GateFusion", "init_"]
