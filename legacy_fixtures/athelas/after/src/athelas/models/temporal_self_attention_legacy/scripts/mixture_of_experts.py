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

MIN_EXPERT_CAPACITY = 4  # short sequences would leave 0 or 1 seats per expert


# helpers


def top1(t):
    """largest value along the last axis and where it is"""
    values, index = t.max(dim=-1)
    return values, index


def cumsum_exclusive(t, dim=-1):
    # running sum that leaves the element itself out
    return torch.cumsum(t, dim=dim) - t


def safe_one_hot(indexes, max_length):
    # F.one_hot raises when an index is >= num_classes, and the queue of a popular expert is longer than its seats.
    # Those become rows of zeros here.
    # return F.one_hot(indexes, int(indexes.max()) + 1)[..., :max_length]  # slow on gpu, waits for the max
    places = torch.arange(max_length, device=indexes.device)
    return (indexes.unsqueeze(-1) == places).long()


def init_(t):
    """uniform by the size of the last axis, in place"""
    bound = 1 / math.sqrt(t.shape[-1])
    with torch.no_grad():
        t.uniform_(-bound, bound)
    return t


# experts


class Experts(nn.Module):
    """All experts at once, two matrices each. num_experts may be a tuple (groups, experts per group)."""

    def __init__(self, dim, num_experts=16, hidden_dim=None, activation=nn.ReLU):
        super().__init__()
        if hidden_dim is None:
            hidden_dim = 4 * dim
        shape = num_experts if isinstance(num_experts, tuple) else (num_experts,)
        self.w1 = nn.Parameter(init_(torch.empty(*shape, dim, hidden_dim)))
        self.w2 = nn.Parameter(init_(torch.empty(*shape, hidden_dim, dim)))
        self.act = activation()
        # self.drop = nn.Dropout(0.1)

    def forward(self, x):
        # x: (experts, tokens, dim), or (groups, experts, tokens, dim)
        hidden = self.act(torch.matmul(x, self.w1))
        # hidden = self.drop(hidden)
        return torch.matmul(hidden, self.w2)


# gate


class Top2Gating(nn.Module):
    """
    Seats each token at its best and its second best expert.

    second_policy: 'all' always takes the second one, 'none' never, 'threshold' if its share is above the threshold,
    'random' with the probability share / threshold.

    returns: dispatch and combine, both (*outer, B, N, experts, seats), and the balance loss
    """

    def __init__(
        self,
        dim,
        num_gates,
        outer_dims=(),
        eps=1e-6,  # less is nothing at all in single precision
        second_policy_train="random",
        second_policy_eval="random",
        second_threshold_train=0.2,
        second_threshold_eval=0.2,
        capacity_factor_train=1.25,
        capacity_factor_eval=2.0,
    ):
        super().__init__()
        self.num_gates = num_gates
        self.eps = eps
        self.w_gating = nn.Parameter(torch.randn(*outer_dims, dim, num_gates))
        self.second_policy_train = second_policy_train
        self.second_policy_eval = second_policy_eval
        self.second_threshold_train = second_threshold_train
        self.second_threshold_eval = second_threshold_eval
        self.capacity_factor_train = capacity_factor_train
        self.capacity_factor_eval = capacity_factor_eval

    def _keep_second(self, share):
        """1 where the second expert is taken, from the share it would have"""
        policy = self.second_policy_train if self.training else self.second_policy_eval
        threshold = self.second_threshold_train if self.training else self.second_threshold_eval
        if policy == "all":
            return torch.ones_like(share)
        if policy == "none":
            return torch.zeros_like(share)
        if policy == "threshold":
            return (share > threshold).to(share.dtype)
        if policy == "random":
            return (torch.rand_like(share) * max(threshold, self.eps) < share).to(share.dtype)
        raise ValueError("unknown second policy " + policy)

    def _seats_per_expert(self, num_tokens):
        factor = self.capacity_factor_train if self.training else self.capacity_factor_eval
        capacity = min(num_tokens, int(num_tokens * factor / self.num_gates))
        return max(capacity, MIN_EXPERT_CAPACITY)

    def forward(self, x, importance=None):
        # x: (*outer, B, N, D); importance: (*outer, B, N), 1 where there is a token and 0 in an empty place
        probs = torch.einsum("...bnd,...dg->...bng", x, self.w_gating).softmax(dim=-1)

        first_prob, first_index = top1(probs)
        first = F.one_hot(first_index, self.num_gates).to(probs.dtype)
        second_prob, second_index = top1(probs * (1 - first))
        second = F.one_hot(second_index, self.num_gates).to(probs.dtype)

        total = first_prob + second_prob + self.eps
        first_share = first_prob / total
        second_share = second_prob / total
        second = second * self._keep_second(second_share).unsqueeze(-1)

        if importance is not None:
            # nobody sits on an empty place, so nobody may queue from there
            first = first * importance.unsqueeze(-1)
            second = second * importance.unsqueeze(-1)
            probs = probs * importance.unsqueeze(-1)

        # smallest when the tokens are spread evenly. `first` has no gradient, the gate learns through probs
        # balance = first.mean(dim=-2).std(dim=-1).mean()
        balance = (first.mean(dim=-2) * probs.mean(dim=-2)).mean() * float(self.num_gates**2)

        # all first choices queue up in front of the second choices
        seats = self._seats_per_expert(x.shape[-2])
        place = cumsum_exclusive(first, dim=-2)
        first_seat = first.unsqueeze(-1) * safe_one_hot(place.long(), seats)
        taken = first_seat.sum(dim=-1).sum(dim=-2, keepdim=True)
        place = cumsum_exclusive(second, dim=-2) + taken
        second_seat = second.unsqueeze(-1) * safe_one_hot(place.long(), seats)

        combine = first_share[..., None, None] * first_seat + second_share[..., None, None] * second_seat
        dispatch = first_seat + second_seat
        return dispatch, combine, balance


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
