from .attention_pooling import AttentionPooling
from .feature_aggregation import FeatureAggregation, compute_FM_parallel

__all__ = ["AttentionPooling", "FeatureAggregation", "compute_FM_parallel"]
