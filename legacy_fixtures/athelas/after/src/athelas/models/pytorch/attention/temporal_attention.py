"""
Temporal Attention

Self attention over (L, N, E); time may be

**Core Concept:**
Self attention over (L, N, E); time may be - None - (L, N, time_dim), already encoded - (L, N), raw, if encode_time was
given The encoded time is added to the keys. In the first version it was added to the values too, which let the model
cheat on accounts with one order per day.

Moved from
`src/athelas/models/temporal_self_attention_legacy/scripts/temporal_multihead_attention.py::TemporalMultiheadAttention`
as it was.

**Architecture:**
1. `head_dim`: `embed_dim // num_heads`
2. `in_proj_weight`: `nn.Parameter(torch.empty(3 * embed_dim, embed_dim))`
3. `in_proj_bias`: `nn.Parameter(torch.empty(3 * embed_dim))`
4. `out_proj`: `nn.Linear(embed_dim, embed_dim)`
5. Where `time_dim`: `self.time_proj = nn.Linear(time_dim, embed_dim, bias=False)`
6. Where `encode_time`: `self.time_encode = TimeEncode(time_dim=time_dim, frequencies=1.0 / 10 ** torch.linspace(0, 4,
   time_dim))`
7. The result is `out, weights`.

**Parameters:**
- embed_dim (int): `embed_dim` of the original
- num_heads (int): number of attention heads
- dropout (float): rate of dropout
- time_dim (int): `time_dim` of the original
- encode_time (bool): encode time

**Forward Signature:**
Input:
  - x (L, B, D): the input
  - time (L, B, T): the input, optional
  - key_padding_mask (B, L): boolean mask, optional
  - attn_mask (L, L): the input, optional
Output:
  - (L, B, D): the result
  - (B, L, L): the result

**Dependencies:**
- athelas.models.pytorch.embeddings.temporal_encoding.TimeEncode → built as a part
- torch.nn.Linear → makes `out_proj`
- torch.nn.Parameter → makes `in_proj_weight`, `in_proj_bias`
- torch.nn.functional.dropout → computed in forward
- torch.nn.functional.linear → computed in forward
- torch.nn.functional.softmax → computed in forward
- torch.nn.init → one of the layers

**Used By:**
- athelas.models.temporal_self_attention_legacy.scripts.basic_blocks.AttentionLayer → as `TemporalMultiheadAttention` of
  temporal_multihead_attention.py
- athelas.models.temporal_self_attention_legacy.scripts.basic_blocks.AttentionLayerPreNorm → as
  `TemporalMultiheadAttention` of temporal_multihead_attention.py
- athelas.models.temporal_self_attention_legacy.scripts.evaluate.attention_profile → as `TemporalMultiheadAttention` of
  temporal_multihead_attention.py
"""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from athelas.models.pytorch.embeddings.temporal_encoding import TimeEncode


class TemporalAttention(nn.Module):
    """Self attention over (L, N, E); time may be"""

    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, time_dim: int = 64, encode_time: bool = False
    ) -> None:
        """
        Args:
            embed_dim: `embed_dim` of the original
            num_heads: number of attention heads
            dropout: rate of dropout
            time_dim: `time_dim` of the original
            encode_time: encode time
        """
        super().__init__()
        assert embed_dim % num_heads == 0, "embed_dim must be divisible by num_heads"
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.head_dim = embed_dim // num_heads
        self.dropout = dropout

        # q, k and v in one matrix
        self.in_proj_weight = nn.Parameter(torch.empty(3 * embed_dim, embed_dim))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * embed_dim))
        self.out_proj = nn.Linear(embed_dim, embed_dim)
        if time_dim:
            self.time_proj: nn.Linear | None = nn.Linear(time_dim, embed_dim, bias=False)
        else:
            self.time_proj = None
        if encode_time:
            self.time_encode: TimeEncode | None = TimeEncode(
                time_dim=time_dim, frequencies=1.0 / 10 ** torch.linspace(0, 4, time_dim)
            )
        else:
            self.time_encode = None
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        bound = math.sqrt(6.0 / (4 * self.embed_dim))
        nn.init.uniform_(self.in_proj_weight, -bound, bound)
        nn.init.constant_(self.in_proj_bias, 0.0)
        nn.init.constant_(self.out_proj.bias, 0.0)

    def _to_heads(self, t: Any) -> Any:
        # (L, N, E) -> (N * heads, L, head_dim)
        length, batch, _ = t.shape
        return t.contiguous().view(length, batch * self.num_heads, self.head_dim).transpose(0, 1)

    def forward(
        self,
        x: Tensor,
        time: Tensor | None = None,
        key_padding_mask: Tensor | None = None,
        attn_mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """
        Args:
            x: (L, B, D) the input
            time: (L, B, T) the input
            key_padding_mask: (B, L) boolean mask
            attn_mask: (L, L) the input

        Returns:
            (L, B, D) the result
            (B, L, L) the result
        """
        length, batch, embed_dim = x.shape

        q, k, v = F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, dim=-1)
        q = q * float(self.head_dim) ** -0.5

        if time is not None and self.time_proj is not None:
            if self.time_encode is not None:
                time = self.time_encode(time)
            k = k + self.time_proj(time)

        q = self._to_heads(q)
        k = self._to_heads(k)
        v = self._to_heads(v)

        scores = torch.bmm(q, k.transpose(1, 2))
        if attn_mask is not None:
            scores += attn_mask
        if key_padding_mask is not None:
            scores = scores.view(batch, self.num_heads, length, length)
            # not -inf: a row of nothing but padding would be NaN
            scores = scores.masked_fill(key_padding_mask.unsqueeze(1).unsqueeze(2), -1e9)
            scores = scores.view(batch * self.num_heads, length, length)

        weights = F.softmax(scores, dim=-1)
        weights = F.dropout(weights, p=self.dropout, training=self.training)

        out = torch.bmm(weights, v)
        out = out.transpose(0, 1).contiguous().view(length, batch, embed_dim)
        out = self.out_proj(out)

        # the version with one projection per head, slower and the same numbers:
        # heads = [F.softmax(q_i @ k_i.transpose(0, 1), -1) @ v_i for q_i, k_i, v_i in zip(qs, ks, vs)]
        # out = self.out_proj(torch.cat(heads, dim=-1))

        # mean over the heads, for the plots
        weights = weights.view(batch, self.num_heads, length, length).mean(dim=1)
        return out, weights
