from .attention_pooling import AttentionPooling

__all__ = ["AttentionPooling"]
