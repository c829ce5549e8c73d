from .feed_forward import FeedForward
from .residual_block import ResidualBlock

__all__ = ["FeedForward", "ResidualBlock"]
