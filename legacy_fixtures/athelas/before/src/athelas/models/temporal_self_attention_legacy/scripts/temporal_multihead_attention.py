# Multi-head attention that knows how long ago things happened.
# Everything in here is sequence first: (L, N, E), like nn.MultiheadAttention was when this was written.
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


# same thing as in basic_blocks.py, which imports this file, so it cannot be imported from there
class TimeEncode(nn.Module):
    def __init__(self, expand_dim):
        super().__init__()
        # periods from one day (the times are days here, not seconds)
        self.w = nn.Parameter(1.0 / 10 ** torch.linspace(0, 4, expand_dim))
        self.b = nn.Parameter(torch.zeros(expand_dim))

    def forward(self, t):
        t = t.unsqueeze(-1)
        return torch.cos(t * self.w + self.b)


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


class TemporalMultiheadAttention(nn.Module):
    """
    Self attention over (L, N, E); time may be
      - None
      - (L, N, time_dim), already encoded
      - (L, N), raw, if encode_time was given
    The encoded time is added to the keys. In the first version it was added to the values too, which let the model
    cheat on accounts with one order per day.
    """

    def __init__(self, embed_dim, num_heads, dropout=0.0, time_dim=64, encode_time=False):
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
            self.time_proj = nn.Linear(time_dim, embed_dim, bias=False)
        else:
            self.time_proj = None
        if encode_time:
            self.time_encode = TimeEncode(time_dim)
        else:
            self.time_encode = None
        self._reset_parameters()

    def _reset_parameters(self):
        bound = math.sqrt(6.0 / (4 * self.embed_dim))
        nn.init.uniform_(self.in_proj_weight, -bound, bound)
        nn.init.constant_(self.in_proj_bias, 0.0)
        nn.init.constant_(self.out_proj.bias, 0.0)

    def _to_heads(self, t):
        # (L, N, E) -> (N * heads, L, head_dim)
        length, batch, _ = t.shape
        return t.contiguous().view(length, batch * self.num_heads, self.head_dim).transpose(0, 1)

    def forward(self, x, time=None, key_padding_mask=None, attn_mask=None):
        length, batch, embed_dim = x.shape

        q, k, v = F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, dim=-1)
        q = q * float(self.head_dim) ** -0.5

        if time is not None and self.time_proj is not None:
            if self.time_encode is not None:
                time = self.time_encode(time)
            k = k + self.time_proj(time)
            # v = v + self.time_proj(time)

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
