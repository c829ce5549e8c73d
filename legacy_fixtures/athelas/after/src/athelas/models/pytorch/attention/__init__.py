from .head import Head
from .multi_head_attention import MultiHeadAttention

__all__ = ["Head", "MultiHeadAttention"]
