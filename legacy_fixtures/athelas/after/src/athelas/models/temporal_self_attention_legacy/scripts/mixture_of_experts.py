# Sparse mixture of experts for the feed-forward part of the order tower.
#
# Two experts per token, each expert has a limited number of seats per sequence, who gets no seat is dropped
# (the residual around the layer carries it). The gate draws random numbers in training when the second policy is
# "random", so seed before you compare two runs!
#
# (B, N, D) batch first, in contrast to the attention layers of this folder which are sequence first.
import math

import torch
import torch.nn.functional as F
from torch import nn

from typing import TYPE_CHECKING

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.routing import cumsum_exclusive as _cumsum_exclusive
from athelas.models.pytorch.routing import safe_one_hot as _safe_one_hot
from athelas.models.pytorch.routing import top1 as _top1
from athelas.models.pytorch.routing import Top2Gating as _Top2Gating
from athelas.models.pytorch.fusion import init_ as _init_

MIN_EXPERT_CAPACITY = 4  # short sequences would leave 0 or 1 seats per expert


# helpers


# experts


class Experts(nn.Module):
    """All experts at once, two matrices each. num_experts may be a tuple (groups, experts per group)."""

    def __init__(self, dim, num_experts=16, hidden_dim=None, activation=nn.ReLU):
        super().__init__()
        if hidden_dim is None:
            hidden_dim = 4 * dim
        shape = num_experts if isinstance(num_experts, tuple) else (num_experts,)
        self.w1 = nn.Parameter(_init_(torch.empty(*shape, dim, hidden_dim)))
        self.w2 = nn.Parameter(_init_(torch.empty(*shape, hidden_dim, dim)))
        self.act = activation()
        # self.drop = nn.Dropout(0.1)

    def forward(self, x):
        # x: (experts, tokens, dim), or (groups, experts, tokens, dim)
        hidden = self.act(torch.matmul(x, self.w1))
        # hidden = self.drop(hidden)
        return torch.matmul(hidden, self.w2)


# gate


class Top2Gating(_Top2Gating):
    """Deprecated: use `from athelas.models.pytorch.routing import Top2Gating`."""

    def __init__(self, dim, num_gates, outer_dims=(), eps=1e-6, second_policy_train="random", second_policy_eval="random", second_threshold_train=0.2, second_threshold_eval=0.2, capacity_factor_train=1.25, capacity_factor_eval=2.0):
        _legacy.warn("mixture_of_experts.Top2Gating", "from athelas.models.pytorch.routing import Top2Gating", __file__)
        super().__init__(
            num_gates=num_gates,
            dim=dim,
            eps=eps,
            outer_dims=outer_dims,
            second_policy_train=second_policy_train,
            second_policy_eval=second_policy_eval,
            second_threshold_train=second_threshold_train,
            second_threshold_eval=second_threshold_eval,
            capacity_factor_train=capacity_factor_train,
            capacity_factor_eval=capacity_factor_eval,
        )

    def forward(self, x, importance=None):
        return super().forward(x, importance=importance)


# one level


class MoE(nn.Module):
    def __init__(
        self,
        dim,
        num_experts=16,
        hidden_dim=None,
        activation=nn.ReLU,
        second_policy_train="random",
        second_policy_eval="random",
        second_threshold_train=0.2,
        second_threshold_eval=0.2,
        capacity_factor_train=1.25,
        capacity_factor_eval=2.0,
        loss_coef=1e-2,
    ):
        super().__init__()
        self.num_experts = num_experts
        self.loss_coef = loss_coef
        self.gate = Top2Gating(
            dim,
            num_experts,
            second_policy_train=second_policy_train,
            second_policy_eval=second_policy_eval,
            second_threshold_train=second_threshold_train,
            second_threshold_eval=second_threshold_eval,
            capacity_factor_train=capacity_factor_train,
            capacity_factor_eval=capacity_factor_eval,
        )
        self.experts = Experts(dim, num_experts, hidden_dim, activation)

    def forward(self, x):
        """(B, N, D) -> (B, N, D) and the balance loss, already multiplied with loss_coef"""
        batch, _, dim = x.shape
        dispatch, combine, loss = self.gate(x)
        seated = torch.einsum("bnd,bnec->ebcd", x, dispatch)
        # the experts do not care which sequence a token is from
        answers = self.experts(seated.reshape(self.num_experts, -1, dim))
        answers = answers.reshape(self.num_experts, batch, -1, dim)
        return torch.einsum("ebcd,bnec->bnd", answers, combine), loss * self.loss_coef


# two levels: a gate for the group, then a gate of its own inside of each group


class HeirarchicalMoE(nn.Module):
    def __init__(
        self,
        dim,
        num_experts=(4, 4),
        hidden_dim=None,
        activation=nn.ReLU,
        second_policy_train="random",
        second_policy_eval="random",
        second_threshold_train=0.2,
        second_threshold_eval=0.2,
        capacity_factor_train=1.25,
        capacity_factor_eval=2.0,
        loss_coef=1e-2,
    ):
        super().__init__()
        assert len(num_experts) == 2, "two levels, not more"
        self.num_groups, self.num_experts = num_experts
        self.loss_coef = loss_coef
        gate_args = {
            "second_policy_train": second_policy_train,
            "second_policy_eval": second_policy_eval,
            "second_threshold_train": second_threshold_train,
            "second_threshold_eval": second_threshold_eval,
            "capacity_factor_train": capacity_factor_train,
            "capacity_factor_eval": capacity_factor_eval,
        }
        self.gate_outer = Top2Gating(dim, self.num_groups, **gate_args)
        self.gate_inner = Top2Gating(dim, self.num_experts, outer_dims=(self.num_groups,), **gate_args)
        self.experts = Experts(dim, tuple(num_experts), hidden_dim, activation)

    def forward(self, x):
        batch, _, dim = x.shape
        dispatch_outer, combine_outer, loss_outer = self.gate_outer(x)
        grouped = torch.einsum("bnd,bngc->gbcd", x, dispatch_outer)
        # a seat of the group that nobody took
        importance = torch.einsum("bngc->gbc", dispatch_outer)

        # inside of the group its seats are the tokens (n below)
        dispatch_inner, combine_inner, loss_inner = self.gate_inner(grouped, importance=importance)
        seated = torch.einsum("gbnd,gbnec->gebcd", grouped, dispatch_inner)
        answers = self.experts(seated.reshape(self.num_groups, self.num_experts, -1, dim))
        answers = answers.reshape(self.num_groups, self.num_experts, batch, -1, dim)

        answers = torch.einsum("gebcd,gbnec->gbnd", answers, combine_inner)
        out = torch.einsum("gbcd,bngc->bnd", answers, combine_outer)
        return out, (loss_outer + loss_inner) * self.loss_coef


__all__ = [
    "Experts",
    "F",
    "HeirarchicalMoE",
    "MIN_EXPERT_CAPACITY",
    "MoE",
    "Top2Gating",
    "cumsum_exclusive",
    "init_",
    "math",
    "nn",
    "safe_one_hot",
    "top1",
    "torch",
]

if TYPE_CHECKING:
    from athelas.models.pytorch.routing import cumsum_exclusive as cumsum_exclusive
    from athelas.models.pytorch.fusion import init_ as init_
    from athelas.models.pytorch.routing import safe_one_hot as safe_one_hot
    from athelas.models.pytorch.routing import top1 as top1
else:
    _MOVED = {
        "cumsum_exclusive": ("athelas.models.pytorch.routing", "cumsum_exclusive"),
        "init_": ("athelas.models.pytorch.fusion", "init_"),
        "safe_one_hot": ("athelas.models.pytorch.routing", "safe_one_hot"),
        "top1": ("athelas.models.pytorch.routing", "top1"),
    }

    def __getattr__(name):
        return _legacy.moved(__name__, name, _MOVED, __file__)
