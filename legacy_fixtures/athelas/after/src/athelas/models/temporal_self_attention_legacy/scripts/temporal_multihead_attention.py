# Multi-head attention that knows how long ago things happened.
# Everything in here is sequence first: (L, N, E), like nn.MultiheadAttention was when this was written.

import torch

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.embeddings import TimeEncode as _TimeEncode
from athelas.models.pytorch.attention import TemporalAttention as _TemporalAttention


# same thing as in basic_blocks.py, which imports this file, so it cannot be imported from there
class TimeEncode(_legacy.LegacyKeys, _TimeEncode):
    """Deprecated: use `from athelas.models.pytorch.embeddings import TimeEncode`."""

    _old_names = {"basis_freq": "w", "phase": "b"}

    def __init__(self, expand_dim):
        _legacy.warn(
            "temporal_multihead_attention.TimeEncode",
            "from athelas.models.pytorch.embeddings import TimeEncode",
            __file__,
        )
        super().__init__(time_dim=expand_dim, frequencies=1.0 / 10 ** torch.linspace(0, 4, expand_dim))

    def forward(self, t):
        return super().forward(t)


def causal_mask(length, device=None):
    """(L, L), -inf where a query would look at a later order"""
    mask = torch.full((length, length), float("-inf"), device=device)
    return torch.triu(mask, diagonal=1)


def padding_mask(lengths, max_length):
    """
    (N, L) with True at the padding, as nn.MultiheadAttention wants it. The orders stand at the END of the row, the
    newest one last, so the padding is in front.
    """
    positions = torch.arange(max_length, device=lengths.device)
    return positions.unsqueeze(0) < (max_length - lengths).unsqueeze(1)


class TemporalMultiheadAttention(_legacy.LegacyKeys, _TemporalAttention):
    """Deprecated: use `from athelas.models.pytorch.attention import TemporalAttention`."""

    _old_names = {"time_encode.basis_freq": "time_encode.w", "time_encode.phase": "time_encode.b"}

    def __init__(self, embed_dim, num_heads, dropout=0.0, time_dim=64, encode_time=False):
        _legacy.warn(
            "temporal_multihead_attention.TemporalMultiheadAttention",
            "from athelas.models.pytorch.attention import TemporalAttention",
            __file__,
        )
        super().__init__(
            embed_dim=embed_dim,
            num_heads=num_heads,
            dropout=dropout,
            time_dim=time_dim,
            encode_time=encode_time,
        )
