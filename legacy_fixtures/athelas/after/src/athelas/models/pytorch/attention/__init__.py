from .attention_masks import causal_mask, padding_mask
from .multihead_attention import MultiHeadAttention
from .self_attention import SelfAttentionHead
from .temporal_attention import TemporalAttention

__all__ = ["MultiHeadAttention", "SelfAttentionHead", "TemporalAttention", "causal_mask", "padding_mask"]
