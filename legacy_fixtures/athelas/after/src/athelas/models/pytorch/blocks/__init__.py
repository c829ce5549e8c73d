from .lstm_encoder import LSTMEncoder
from .transformer_block import TransformerBlock

__all__ = ["LSTMEncoder", "TransformerBlock"]
