"""
Building blocks of the temporal self attention models (TSA).

    TimeEncode              seconds -> cosines with learned frequencies
    TimeEncoder             seconds -> one linear and many periodic parts, mixed
    compute_FM_parallel     second order interactions of the features, for all orders at once
    FeatureAggregation      many feature embeddings -> one
    AttentionLayer          attention + feed-forward (or experts), norm behind
    AttentionLayerPreNorm   the same, norm in front
    OrderAttentionLayer     the tower over the orders of an account
    FeatureAttentionLayer   the tower over the features of the newest order

Shapes: B accounts, L orders (the newest one last!), F features of an order, D embedding. The towers take and give
batch first, the attention layers are sequence first because of temporal_multihead_attention.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from mixture_of_experts import HeirarchicalMoE, MoE
from temporal_multihead_attention import TemporalMultiheadAttention, causal_mask, padding_mask

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.embeddings import TimeEncode as _TimeEncode
from typing import TYPE_CHECKING

from athelas.models.pytorch.embeddings import TimeEncoder as _TimeEncoder
from athelas.models.pytorch.pooling import compute_FM_parallel as _compute_FM_parallel
from athelas.models.pytorch.pooling import FeatureAggregation as _FeatureAggregation

SECONDS_PER_DAY = 86400.0


##########################################################################################
# time
##########################################################################################


class TimeEncode(_TimeEncode):
    """Deprecated: use `from athelas.models.pytorch.embeddings import TimeEncode`."""

    def __init__(self, time_dim):
        _legacy.warn("basic_blocks.TimeEncode", "from athelas.models.pytorch.embeddings import TimeEncode", __file__)
        super().__init__(time_dim=time_dim, frequencies=1.0 / 10 ** torch.linspace(0, 9, time_dim))


##########################################################################################
# features of one order -> one vector
##########################################################################################


##########################################################################################
# attention layers, sequence first
##########################################################################################


class AttentionLayer(nn.Module):
    """
    Attention and a feed-forward part, each added to what came in, norm behind the sum (as in the paper).

    x: (L, B, D)
    time: (L, B, time_dim) encoded, or (L, B) raw with encode_time=True, or None
    key_padding_mask: (B, L), True at the padding
    returns: x and the balance loss of the experts (0 without experts)

    second_policy is the one of the training. When scoring it is always "threshold", a score that changes from call to
    call cannot be explained to anybody.
    """

    def __init__(
        self,
        dim_embed,
        dim_attn_feedforward,
        num_heads,
        dropout=0.1,
        use_moe=False,
        num_experts=5,
        time_dim=0,
        encode_time=False,
        second_policy="random",
    ):
        super().__init__()
        self.dim_embed = dim_embed
        self.dim_attn_feedforward = dim_attn_feedforward
        self.num_heads = num_heads
        self.use_moe = use_moe

        self.attention = TemporalMultiheadAttention(
            dim_embed, num_heads, dropout, time_dim=time_dim, encode_time=encode_time
        )
        self.dropout_attention = nn.Dropout(dropout)
        self.norm_attention = nn.LayerNorm(dim_embed)

        if use_moe:
            # a pair of numbers: groups of experts
            moe_class = HeirarchicalMoE if isinstance(num_experts, (tuple, list)) else MoE
            self.moe = moe_class(
                dim_embed,
                num_experts=num_experts,
                hidden_dim=dim_attn_feedforward,
                second_policy_train=second_policy,
                second_policy_eval="threshold",
            )
        else:
            # gated, the plain one needed twice the width
            self.gate = nn.Linear(dim_embed, dim_attn_feedforward)
            self.expand = nn.Linear(dim_embed, dim_attn_feedforward)
            self.reduce = nn.Linear(dim_attn_feedforward, dim_embed)
        self.dropout_feedforward = nn.Dropout(dropout)
        self.norm_feedforward = nn.LayerNorm(dim_embed)

    def forward(self, x, time=None, key_padding_mask=None, attn_mask=None):
        attended, _ = self.attention(x, time, key_padding_mask, attn_mask)
        x = self.norm_attention(x + self.dropout_attention(attended))

        if self.use_moe:
            # the experts want (B, L, D)
            hidden, moe_loss = self.moe(x.transpose(0, 1))
            hidden = hidden.transpose(0, 1)
        else:
            hidden = self.reduce(torch.sigmoid(self.gate(x)) * self.expand(x))
            moe_loss = x.new_zeros(())
        x = self.norm_feedforward(x + self.dropout_feedforward(hidden))
        return x, moe_loss


class AttentionLayerPreNorm(nn.Module):
    """
    AttentionLayer with the norms in front, needs no warm-up. Copied from above, keep them in step!
    The stack needs a norm of its own at the end.
    """

    def __init__(
        self,
        dim_embed,
        dim_attn_feedforward,
        num_heads,
        dropout=0.1,
        use_moe=False,
        num_experts=5,
        time_dim=0,
        encode_time=False,
        second_policy="random",
    ):
        super().__init__()
        self.dim_embed = dim_embed
        self.dim_attn_feedforward = dim_attn_feedforward
        self.num_heads = num_heads
        self.use_moe = use_moe

        self.attention = TemporalMultiheadAttention(
            dim_embed, num_heads, dropout, time_dim=time_dim, encode_time=encode_time
        )
        self.dropout_attention = nn.Dropout(dropout)
        self.norm_attention = nn.LayerNorm(dim_embed)

        if use_moe:
            # a pair of numbers: groups of experts
            moe_class = HeirarchicalMoE if isinstance(num_experts, (tuple, list)) else MoE
            self.moe = moe_class(
                dim_embed,
                num_experts=num_experts,
                hidden_dim=dim_attn_feedforward,
                second_policy_train=second_policy,
                second_policy_eval="threshold",
            )
        else:
            # gated, the plain one needed twice the width
            self.gate = nn.Linear(dim_embed, dim_attn_feedforward)
            self.expand = nn.Linear(dim_embed, dim_attn_feedforward)
            self.reduce = nn.Linear(dim_attn_feedforward, dim_embed)
        self.dropout_feedforward = nn.Dropout(dropout)
        self.norm_feedforward = nn.LayerNorm(dim_embed)

    def forward(self, x, time=None, key_padding_mask=None, attn_mask=None):
        attended, _ = self.attention(self.norm_attention(x), time, key_padding_mask, attn_mask)
        x = x + self.dropout_attention(attended)

        normed = self.norm_feedforward(x)
        if self.use_moe:
            # the experts want (B, L, D)
            hidden, moe_loss = self.moe(normed.transpose(0, 1))
            hidden = hidden.transpose(0, 1)
        else:
            hidden = self.reduce(torch.sigmoid(self.gate(normed)) * self.expand(normed))
            moe_loss = x.new_zeros(())
        x = x + self.dropout_feedforward(hidden)
        return x, moe_loss


##########################################################################################
# tower over the orders
##########################################################################################


class OrderAttentionLayer(nn.Module):
    """
    Reads all orders of an account and gives one vector.

    1. every feature of every order gets an embedding: categories from ONE table for all features (the ids are made
       disjoint by the preprocessing), numbers by scaling a vector of their own
    2. FeatureAggregation makes one vector per order, the factorization machine another one
    3. TimeEncoder is added, attention layers follow
    4. pooled over the orders, the newest order beside it

    x_cat: (B, L, n_cat_features) ids, 0 is padding
    x_num: (B, L, n_num_features)
    time_seq: (B, L) seconds between the order and the newest one
    key_padding_mask: (B, L), True at the padding
    returns: (B, 2 * dim_embed) and the sum of the balance losses
    """

    def __init__(
        self,
        n_cat_features,
        n_num_features,
        n_embedding=60000,
        seq_len=51,
        dim_embed=128,
        dim_attn_feedforward=512,
        num_heads=4,
        n_layers_order=6,
        dropout=0.1,
        use_moe=False,
        num_experts=5,
        use_time_seq=True,
        time_dim=64,
        encode_time=False,
        pre_norm=False,
        causal=False,
        second_policy="random",
    ):
        super().__init__()
        self.n_cat_features = n_cat_features
        self.n_num_features = n_num_features
        self.seq_len = seq_len
        self.dim_embed = dim_embed
        self.use_time_seq = use_time_seq
        self.encode_time = encode_time
        self.causal = causal

        # 1
        self.embedding = nn.Embedding(n_embedding, dim_embed, padding_idx=0)
        self.num_embedding = nn.Parameter(torch.randn(n_num_features, dim_embed) * 0.1)
        self.num_norm = nn.LayerNorm(n_num_features)
        self.embedding_dropout = nn.Dropout(dropout)

        # 2
        self.aggregation = _FeatureAggregation(n_cat_features + n_num_features)
        self.fm_scale = nn.Parameter(torch.tensor(0.1))
        self.fm_norm = nn.LayerNorm(dim_embed)

        # feed-forward that mixes the columns of an order, norm first
        self.mix_norm = nn.LayerNorm(dim_embed)
        self.mix_expand = nn.Linear(dim_embed, 4 * dim_embed)
        self.mix_act = nn.ReLU()
        self.mix_reduce = nn.Linear(4 * dim_embed, dim_embed)
        self.mix_dropout = nn.Dropout(dropout)

        # 3
        if use_time_seq:
            self.time_encoder = _TimeEncoder(dim_embed, dropout=dropout)
            # one for all layers, unless the layers bring their own
            self.time_encode = None if encode_time else TimeEncode(time_dim)
        else:
            # self.position = nn.Parameter(torch.zeros(seq_len, dim_embed))  # symmetric, learned nothing for a week
            self.position = nn.Parameter(torch.randn(seq_len, dim_embed) * 0.02)

        layer_class = AttentionLayerPreNorm if pre_norm else AttentionLayer
        self.layer_stack = nn.ModuleList(
            [
                layer_class(
                    dim_embed,
                    dim_attn_feedforward,
                    num_heads,
                    dropout,
                    use_moe=use_moe,
                    num_experts=num_experts,
                    time_dim=time_dim if use_time_seq else 0,
                    encode_time=encode_time,
                    second_policy=second_policy,
                )
                for _ in range(n_layers_order)
            ]
        )
        self.norm_out = nn.LayerNorm(dim_embed)

        # 4
        self.pool_attention = nn.Linear(dim_embed, 1)

    def embed_features(self, x_cat, x_num):
        """(B, L, F, D)"""
        categories = self.embedding(x_cat)
        numbers = self.num_norm(x_num).unsqueeze(-1) * self.num_embedding
        features = torch.cat([categories, numbers], dim=2)
        return self.embedding_dropout(features)

    def forward(self, x_cat, x_num, time_seq=None, key_padding_mask=None):
        features = self.embed_features(x_cat, x_num)
        orders = self.aggregation(features)

        orders = self.mix_norm(orders)
        orders = self.mix_expand(orders)
        orders = self.mix_act(orders)
        orders = self.mix_reduce(orders)
        orders = self.mix_dropout(orders)

        # not inside of the feed-forward, its scale is another one
        orders += self.fm_scale * self.fm_norm(_compute_FM_parallel(features))

        time = None
        if self.use_time_seq:
            orders = orders + self.time_encoder(time_seq)
            if self.encode_time:
                # the layers count in days
                time = (time_seq / SECONDS_PER_DAY).transpose(0, 1)
            else:
                time = self.time_encode(time_seq).transpose(0, 1)
        else:
            # the newest order is always at the last position
            orders = orders + self.position[-orders.size(1) :]

        attn_mask = causal_mask(orders.size(1), orders.device) if self.causal else None
        states = orders.transpose(0, 1)
        total_moe_loss = 0.0
        for layer in self.layer_stack:
            states, moe_loss = layer(states, time, key_padding_mask, attn_mask)
            total_moe_loss = total_moe_loss + moe_loss
        states = self.norm_out(states).transpose(0, 1)
        newest = states[:, -1]

        # pool: attention over the orders, here True is an order and not the padding
        present = None if key_padding_mask is None else ~key_padding_mask
        scores = self.pool_attention(states)
        if present is not None:
            scores = scores.masked_fill(~present.unsqueeze(-1), float("-inf"))
        weights = F.softmax(scores, dim=1)
        pooled = torch.sum(weights * states, dim=1)
        # pooled = states.mean(1)    # counts the padding, do not

        return torch.cat([pooled, newest], dim=-1), total_moe_loss

    @torch.no_grad()
    def order_importance(self, x_cat, x_num, time_seq=None, key_padding_mask=None):
        """
        How far the vector moves when an order is hidden: (B, L), 0 at the padding and at the newest order, which
        cannot be hidden. L + 1 runs, for the explanations only. Call eval() before.
        """
        batch, length = x_cat.shape[:2]
        if key_padding_mask is None:
            key_padding_mask = torch.zeros(batch, length, dtype=torch.bool, device=x_cat.device)
        full, _ = self.forward(x_cat, x_num, time_seq, key_padding_mask)
        importance = torch.zeros(batch, length, device=x_cat.device)
        for i in range(length - 1):
            hidden = key_padding_mask.clone()
            hidden[:, i] = True
            without, _ = self.forward(x_cat, x_num, time_seq, hidden)
            importance[:, i] = (full - without).norm(dim=-1)
        return importance.masked_fill_(key_padding_mask, 0.0)


##########################################################################################
# tower over the features of the newest order
##########################################################################################


class FeatureAttentionLayer(nn.Module):
    """
    Attention between the features of one order. No time, no mask, no padding.

    x_cat: (B, n_cat_features) ids
    x_num: (B, n_num_features)
    x_engineered: (B, n_engineered_num_features), the features that the old tree model had, or None
    returns: (B, dim_embed) and the sum of the balance losses
    """

    def __init__(
        self,
        n_cat_features,
        n_num_features,
        n_engineered_num_features=0,
        n_embedding=60000,
        dim_embed=128,
        dim_attn_feedforward=512,
        num_heads=4,
        n_layers_feature=6,
        dropout=0.1,
        use_moe=False,
        num_experts=5,
        pre_norm=False,
        second_policy="random",
    ):
        super().__init__()
        self.n_cat_features = n_cat_features
        self.n_num_features = n_num_features
        self.n_engineered_num_features = n_engineered_num_features
        self.dim_embed = dim_embed

        self.embedding = nn.Embedding(n_embedding, dim_embed, padding_idx=0)
        n_numbers = n_num_features + n_engineered_num_features
        self.num_norm = nn.LayerNorm(n_numbers)
        self.num_embedding = nn.Parameter(torch.randn(n_numbers, dim_embed) * 0.1)
        self.num_bias = nn.Parameter(torch.zeros(n_numbers, dim_embed))
        # token in front that collects
        self.summary = nn.Parameter(torch.randn(1, 1, dim_embed) * 0.02)
        self.embedding_dropout = nn.Dropout(dropout)

        if pre_norm:
            layer_class = AttentionLayerPreNorm
        else:
            layer_class = AttentionLayer
        layers = []
        for _ in range(n_layers_feature):
            layers.append(
                layer_class(
                    dim_embed,
                    dim_attn_feedforward,
                    num_heads,
                    dropout,
                    use_moe,
                    num_experts,
                    second_policy=second_policy,
                )
            )
        self.layer_stack_feature = nn.ModuleList(layers)

        # feed-forward at the end, with the norm at its end
        self.out_expand = nn.Linear(dim_embed, dim_attn_feedforward)
        self.out_act = nn.GELU()
        self.out_reduce = nn.Linear(dim_attn_feedforward, dim_embed)
        self.out_dropout = nn.Dropout(dropout)
        self.out_norm = nn.LayerNorm(dim_embed)

    def tokens(self, x_cat, x_num, x_engineered=None):
        """(B, 1 + F, D)"""
        if self.n_engineered_num_features:
            x_num = torch.cat([x_num, x_engineered], dim=1)
        categories = self.embedding(x_cat)
        numbers = self.num_norm(x_num).unsqueeze(-1) * self.num_embedding
        numbers += self.num_bias
        summary = self.summary.expand(x_cat.size(0), -1, -1)
        return torch.cat([summary, categories, numbers], dim=1)

    def forward(self, x_cat, x_num, x_engineered=None):
        x = self.embedding_dropout(self.tokens(x_cat, x_num, x_engineered))

        x = x.transpose(0, 1)
        moe_losses = []
        for layer in self.layer_stack_feature:
            x, moe_loss = layer(x)
            moe_losses.append(moe_loss)
        x = x.transpose(0, 1)

        collected = x[:, 0]
        hidden = self.out_expand(collected)
        hidden = self.out_act(hidden)
        hidden = self.out_reduce(hidden)
        hidden = self.out_dropout(hidden)
        hidden = self.out_norm(hidden)
        return collected + hidden, torch.stack(moe_losses).sum()

    @torch.no_grad()
    def feature_importance(self, x_cat, x_num, x_engineered=None):
        """
        How far the vector moves when a feature is taken away: (B, F), categories first. A category is taken away by
        the padding id, a number by 0, which is its mean after the standardisation.
        """
        full, _ = self.forward(x_cat, x_num, x_engineered)
        columns = []
        for i in range(self.n_cat_features):
            changed = x_cat.clone()
            changed[:, i] = 0
            without, _ = self.forward(changed, x_num, x_engineered)
            columns.append((full - without).norm(dim=-1))
        for i in range(self.n_num_features):
            changed = x_num.clone()
            changed[:, i] = 0
            without, _ = self.forward(x_cat, changed, x_engineered)
            columns.append((full - without).norm(dim=-1))
        for i in range(self.n_engineered_num_features):
            changed = x_engineered.clone()
            changed[:, i] = 0
            without, _ = self.forward(x_cat, x_num, changed)
            columns.append((full - without).norm(dim=-1))
        return torch.stack(columns, dim=1)


# smoke test: python basic_blocks.py
if __name__ == "__main__":
    torch.manual_seed(0)
    b, l, n_cat, n_num = 3, 7, 5, 4
    cat_ids = torch.randint(1, 50, (b, l, n_cat))
    nums = torch.randn(b, l, n_num)
    seconds = torch.rand(b, l).sort(dim=1, descending=True).values * 1e6
    padding = padding_mask(torch.tensor([4, 7, 1]), l)
    for pre in (False, True):
        for own_time in (False, True):
            tower = OrderAttentionLayer(
                n_cat, n_num, 50, l, 32, 64, 4, 2, pre_norm=pre, encode_time=own_time, causal=own_time
            )
            vector, aux = tower(cat_ids, nums, seconds, padding)
            print("order", pre, own_time, tuple(vector.shape), "%.4f" % float(aux))
    tower = OrderAttentionLayer(n_cat, n_num, 50, l, 32, 64, 4, 1, use_time_seq=False)
    print("order, positions", tuple(tower(cat_ids, nums)[0].shape))
    for experts in (4, (2, 2)):
        tower = FeatureAttentionLayer(
            n_cat, n_num, 6, 50, 32, 64, 4, 2, use_moe=True, num_experts=experts, pre_norm=True
        )
        vector, aux = tower(cat_ids[:, -1], nums[:, -1], torch.randn(b, 6))
        print("feature", experts, tuple(vector.shape), aux.item() > 0)


__all__ = [
    "AttentionLayer",
    "AttentionLayerPreNorm",
    "F",
    "FeatureAggregation",
    "FeatureAttentionLayer",
    "HeirarchicalMoE",
    "MoE",
    "OrderAttentionLayer",
    "SECONDS_PER_DAY",
    "TemporalMultiheadAttention",
    "TimeEncode",
    "TimeEncoder",
    "aux",
    "b",
    "cat_ids",
    "causal_mask",
    "compute_FM_parallel",
    "experts",
    "l",
    "math",
    "n_cat",
    "n_num",
    "nn",
    "nums",
    "own_time",
    "padding",
    "padding_mask",
    "pre",
    "seconds",
    "torch",
    "tower",
    "vector",
]

if TYPE_CHECKING:
    from athelas.models.pytorch.pooling import FeatureAggregation as FeatureAggregation
    from athelas.models.pytorch.embeddings import TimeEncoder as TimeEncoder
    from athelas.models.pytorch.pooling import compute_FM_parallel as compute_FM_parallel
else:
    _MOVED = {
        "FeatureAggregation": ("athelas.models.pytorch.pooling", "FeatureAggregation"),
        "TimeEncoder": ("athelas.models.pytorch.embeddings", "TimeEncoder"),
        "compute_FM_parallel": ("athelas.models.pytorch.pooling", "compute_FM_parallel"),
    }

    def __getattr__(name):
        return _legacy.moved(__name__, name, _MOVED, __file__)
