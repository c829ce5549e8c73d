from .gating_math import cumsum_exclusive, safe_one_hot, top1
from .top_k_gating import Top2Gating

__all__ = ["Top2Gating", "cumsum_exclusive", "safe_one_hot", "top1"]
