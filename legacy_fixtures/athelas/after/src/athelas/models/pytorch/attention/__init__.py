from .multihead_attention import MultiHeadAttention
from .self_attention import SelfAttentionHead
from .temporal_attention import TemporalAttention

__all__ = ["MultiHeadAttention", "SelfAttentionHead", "TemporalAttention"]
