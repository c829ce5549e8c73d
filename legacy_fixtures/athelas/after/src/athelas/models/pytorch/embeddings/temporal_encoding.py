"""
Temporal encoding

- `TimeEncode`: cos(t * frequency + phase), one column per frequency.
- `TimeEncoder`: Encoding that is ADDED to the orders (TimeEncode goes to the keys of the attention).
"""

import math
from typing import Any

import torch
from torch import Tensor, nn


class TimeEncode(nn.Module):
    """
    Time Encode

    cos(t * frequency + phase), one column per frequency.

    **Core Concept:**
    cos(t * frequency + phase), one column per frequency. ts: (B, L) seconds since the order, 0 for the newest one
    returns: (B, L, time_dim)

    One component for 2 copies: `src/athelas/models/temporal_self_attention_legacy/scripts/basic_blocks.py::TimeEncode`,
    `src/athelas/models/temporal_self_attention_legacy/scripts/temporal_multihead_attention.py::TimeEncode`. What they
    differed in is a parameter.

    **Architecture:**
    1. `basis_freq`: `nn.Parameter(frequencies)`
    2. `phase`: `nn.Parameter(torch.zeros(time_dim))`
    3. The result is `torch.cos(ts * self.basis_freq + self.phase)`.

    **Parameters:**
    - time_dim (int): `0` of zeros
    - frequencies (Any): `frequencies` of the original

    **Forward Signature:**
    Input:
      - ts (B, D): the input
    Output:
      - (B, D, D): the result

    **Dependencies:**
    - torch.nn.Parameter → makes `basis_freq`, `phase`

    **Used By:**
    - athelas.models.temporal_self_attention_legacy.scripts.basic_blocks.OrderAttentionLayer → as `TimeEncode` of
      basic_blocks.py
    - athelas.models.temporal_self_attention_legacy.scripts.temporal_multihead_attention.TemporalMultiheadAttention → as
      `TimeEncode` of temporal_multihead_attention.py
    """

    def __init__(self, time_dim: int, frequencies: Any) -> None:
        """
        Args:
            time_dim: `0` of zeros
            frequencies: `frequencies` of the original
        """
        super().__init__()
        # from one second to about thirty years
        self.basis_freq = nn.Parameter(frequencies)
        self.phase = nn.Parameter(torch.zeros(time_dim))

    def forward(self, ts: Tensor) -> Tensor:
        """
        Args:
            ts: (B, D) the input

        Returns:
            (B, D, D) the result
        """
        ts = ts.unsqueeze(-1)
        return torch.cos(ts * self.basis_freq + self.phase)


class TimeEncoder(nn.Module):
    """
    Time Encoder

    Encoding that is ADDED to the orders (TimeEncode goes to the keys of the attention).

    **Core Concept:**
    Encoding that is ADDED to the orders (TimeEncode goes to the keys of the attention). The seconds are squashed by a
    logarithm first. One column stays linear so that "later" is visible at all, the others are sines. Both are mixed
    into the width of the orders.

    Moved from `src/athelas/models/temporal_self_attention_legacy/scripts/basic_blocks.py::TimeEncoder` as it was.

    **Architecture:**
    1. `linear_part`: `nn.Linear(1, 1)`
    2. `periodic_part`: `nn.Linear(1, time_dim - 1)`
    3. `mix`: `nn.Linear(time_dim, dim_embed)`
    4. `norm`: `nn.LayerNorm(dim_embed)`
    5. `dropout`: `nn.Dropout(dropout)`
    6. The result is `self.dropout(encoded)`.

    **Parameters:**
    - dim_embed (Any): `dim_embed` of the original
    - time_dim (int): `time_dim` of the original
    - dropout (float): rate of dropout

    **Forward Signature:**
    Input:
      - seconds (B, L, D): the input
    Output:
      - (B, L, D, 24): the result

    **Dependencies:**
    - torch.nn.Dropout → makes `dropout`
    - torch.nn.LayerNorm → makes `norm`
    - torch.nn.Linear → makes `linear_part`, `periodic_part`, `mix`
    - torch.nn.init → one of the layers

    **Used By:**
    - athelas.models.temporal_self_attention_legacy.scripts.basic_blocks.OrderAttentionLayer → as `TimeEncoder` of
      basic_blocks.py

    **Usage Example:**
    ```python
    >>> import torch
    >>> from athelas.models.pytorch.embeddings import TimeEncoder
    >>> module = TimeEncoder(dim_embed=24, time_dim=32, dropout=0.25)
    >>> module(torch.randn(3, 5, 31)).shape
    torch.Size([3, 5, 31, 24])

    ```
    """

    def __init__(self, dim_embed: int, time_dim: int = 32, dropout: float = 0.0) -> None:
        """
        Args:
            dim_embed: `dim_embed` of the original
            time_dim: `time_dim` of the original
            dropout: rate of dropout
        """
        super().__init__()
        assert time_dim > 1, "needs a linear and at least one periodic column"
        self.dim_embed = dim_embed
        self.linear_part = nn.Linear(1, 1)
        self.periodic_part = nn.Linear(1, time_dim - 1)
        self.mix = nn.Linear(time_dim, dim_embed)
        self.norm = nn.LayerNorm(dim_embed)
        self.dropout = nn.Dropout(dropout)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        # the logarithm of thirty years is about 21, so the slowest sine makes one turn over all of it
        n_periods = self.periodic_part.weight.size(0)
        frequencies = 2 * math.pi / torch.linspace(21.0, 1.0, n_periods)
        with torch.no_grad():
            self.periodic_part.weight.copy_(frequencies.unsqueeze(1))
            self.periodic_part.bias.zero_()
            self.linear_part.weight.fill_(1.0 / 21.0)
            self.linear_part.bias.zero_()
        nn.init.xavier_uniform_(self.mix.weight)
        nn.init.zeros_(self.mix.bias)

    def forward(self, seconds: Tensor) -> Tensor:
        """
        Args:
            seconds: (B, L, D) the input

        Returns:
            (B, L, D, 24) the result
        """
        # (B, L) -> (B, L, 1)
        squashed = torch.log1p(seconds.clamp(min=0)).unsqueeze(-1)
        linear = self.linear_part(squashed)
        periodic = torch.sin(self.periodic_part(squashed))
        encoded = torch.cat([linear, periodic], dim=-1)
        encoded = self.norm(self.mix(encoded))
        return self.dropout(encoded)
