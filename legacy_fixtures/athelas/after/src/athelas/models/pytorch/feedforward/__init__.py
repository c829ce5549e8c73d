from .mlp_block import MLPBlock
from .residual_block import ResidualBlock

__all__ = ["MLPBlock", "ResidualBlock"]
