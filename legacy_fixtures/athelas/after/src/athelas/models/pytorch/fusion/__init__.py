from .attention_fusion import CrossAttentionFusion
from .gate_fusion import GateFusion

__all__ = ["CrossAttentionFusion", "GateFusion"]
