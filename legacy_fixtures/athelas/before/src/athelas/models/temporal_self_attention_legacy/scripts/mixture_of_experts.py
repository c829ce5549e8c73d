# Sparse mixture of experts for the feed-forward part of the order tower.
#
# Two experts per token, each expert takes a limited number of tokens per sequence, what does not fit is dropped
# (the residual around the layer carries it). The gate draws random numbers in training when the second policy is
# "random", so seed before you compare two runs!
#
# (B, N, D) batch first, in contrast to the attention layers of this folder which are sequence first.
import math

import torch
import torch.nn.functional as F
from torch import nn

MIN_EXPERT_CAPACITY = 4  # short sequences would leave 0 or 1 places per expert


# helpers


def top1(t):
    """largest value along the last axis and where it is"""
    values, index = t.topk(k=1, dim=-1)
    return values.squeeze(-1), index.squeeze(-1)


def cumsum_exclusive(t, dim=-1):
    # running sum that leaves the element itself out
    return torch.cumsum(t, dim=dim) - t


def safe_one_hot(indexes, max_length):
    # F.one_hot raises when an index is >= num_classes, and a full expert hands out places behind its capacity.
    # Those become rows of zeros here.
    # return F.one_hot(indexes, int(indexes.max()) + 1)[..., :max_length]  # slow on gpu, waits for the max
    places = torch.arange(max_length, device=indexes.device)
    return (indexes.unsqueeze(-1) == places).long()


def init_(t):
    """Uniform by the last axis, in place"""
    std = 1 / math.sqrt(t.shape[-1])
    return t.uniform_(-std, std)


def cast_tuple(x, depth=1):
    return x if isinstance(x, tuple) else (x,) * depth


# experts


class Experts(nn.Module):
    """All experts at once, two matrices each. num_experts may be a tuple (groups, experts per group)."""

    def __init__(self, dim, num_experts=16, hidden_dim=None, activation=nn.GELU):
        super().__init__()
        hidden_dim = hidden_dim or dim * 4
        num_experts = cast_tuple(num_experts)
        self.w1 = nn.Parameter(init_(torch.empty(*num_experts, dim, hidden_dim)))
        self.w2 = nn.Parameter(init_(torch.empty(*num_experts, hidden_dim, dim)))
        self.act = activation()
        # self.drop = nn.Dropout(0.1)

    def forward(self, x):
        # x: (experts, tokens, dim)
        hidden = torch.einsum("...nd,...dh->...nh", x, self.w1)
        hidden = self.act(hidden)
        return torch.einsum("...nh,...hd->...nd", hidden, self.w2)


# gate


class Top2Gating(nn.Module):
    """
    Picks the best and the second best expert for each token.

    second_policy: 'all' always takes the second one, 'none' never, 'threshold' if its gate is above the threshold,
    'random' with the probability gate / threshold.
    """

    def __init__(
        self,
        dim,
        num_gates,
        eps=1e-9,
        outer_dims=(),
        second_policy_train="random",
        second_policy_eval="random",
        second_threshold_train=0.2,
        second_threshold_eval=0.2,
        capacity_factor_train=1.25,
        capacity_factor_eval=2.0,
    ):
        super().__init__()
        self.eps = eps
        self.num_gates = num_gates
        self.w_gating = nn.Parameter(torch.randn(*outer_dims, dim, num_gates))
        self.second_policy_train = second_policy_train
        self.second_policy_eval = second_policy_eval
        self.second_threshold_train = second_threshold_train
        self.second_threshold_eval = second_threshold_eval
        self.capacity_factor_train = capacity_factor_train
        self.capacity_factor_eval = capacity_factor_eval

    def forward(self, x, importance=None):
        # x: (*outer, B, N, D); importance: (*outer, B, N), 1 where there is a token and 0 in an empty place
        group_size = x.shape[-2]
        num_gates = self.num_gates

        if self.training:
            policy = self.second_policy_train
            threshold = self.second_threshold_train
            capacity_factor = self.capacity_factor_train
        else:
            policy = self.second_policy_eval
            threshold = self.second_threshold_eval
            capacity_factor = self.capacity_factor_eval

        raw_gates = torch.einsum("...bnd,...dg->...bng", x, self.w_gating)
        raw_gates = raw_gates.softmax(dim=-1)

        # first choice
        gate_1, index_1 = top1(raw_gates)
        mask_1 = F.one_hot(index_1, num_gates).to(raw_gates.dtype)
        density_proxy = raw_gates
        if importance is not None:
            mask_1 = mask_1 * importance.unsqueeze(-1)
            gate_1 = gate_1 * importance
            density_proxy = density_proxy * importance.unsqueeze(-1)

        # second choice, among what is left
        gates_left = raw_gates * (1.0 - F.one_hot(index_1, num_gates).to(raw_gates.dtype))
        gate_2, index_2 = top1(gates_left)
        mask_2 = F.one_hot(index_2, num_gates).to(raw_gates.dtype)
        if importance is not None:
            mask_2 = mask_2 * importance.unsqueeze(-1)
            gate_2 = gate_2 * importance

        total = gate_1 + gate_2 + self.eps
        gate_1 = gate_1 / total
        gate_2 = gate_2 / total

        # load balancing: smallest when the tokens are spread evenly
        density = mask_1.mean(dim=-2)
        density_proxy = density_proxy.mean(dim=-2)
        loss = (density * density_proxy).mean() * float(num_gates**2)
        # loss = density.std(-1).mean()   # no gradient, of course

        if policy == "all":
            pass
        elif policy == "none":
            mask_2 = torch.zeros_like(mask_2)
        elif policy == "threshold":
            mask_2 = mask_2 * (gate_2 > threshold).to(mask_2.dtype).unsqueeze(-1)
        elif policy == "random":
            probs = torch.zeros_like(gate_2).uniform_(0.0, 1.0)
            mask_2 = mask_2 * (probs < gate_2 / max(threshold, self.eps)).to(mask_2.dtype).unsqueeze(-1)
        else:
            raise ValueError("unknown second policy " + policy)

        # how many tokens of a sequence an expert takes
        expert_capacity = min(group_size, int(group_size * capacity_factor / num_gates))
        expert_capacity = max(expert_capacity, MIN_EXPERT_CAPACITY)

        # place of each token in the queue of its expert
        position_1 = cumsum_exclusive(mask_1, dim=-2) * mask_1
        mask_1 = mask_1 * (position_1 < float(expert_capacity)).to(mask_1.dtype)
        taken = mask_1.sum(dim=-2, keepdim=True)
        kept_1 = mask_1.sum(dim=-1)
        position_1 = position_1.sum(dim=-1)
        gate_1 = gate_1 * kept_1

        # second choices queue up behind all first choices
        position_2 = (cumsum_exclusive(mask_2, dim=-2) + taken) * mask_2
        mask_2 = mask_2 * (position_2 < float(expert_capacity)).to(mask_2.dtype)
        kept_2 = mask_2.sum(dim=-1)
        position_2 = position_2.sum(dim=-1)
        gate_2 = gate_2 * kept_2

        # (*outer, B, N, experts, capacity)
        slots_1 = mask_1.unsqueeze(-1) * safe_one_hot(position_1.long(), expert_capacity).unsqueeze(-2)
        slots_2 = mask_2.unsqueeze(-1) * safe_one_hot(position_2.long(), expert_capacity).unsqueeze(-2)
        combine_tensor = gate_1[..., None, None] * slots_1 + gate_2[..., None, None] * slots_2
        dispatch_tensor = combine_tensor.bool().to(combine_tensor)
        return dispatch_tensor, combine_tensor, loss


# plain mixture


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
        self.gate = Top2Gating(
            dim,
            num_gates=num_experts,
            second_policy_train=second_policy_train,
            second_policy_eval=second_policy_eval,
            second_threshold_train=second_threshold_train,
            second_threshold_eval=second_threshold_eval,
            capacity_factor_train=capacity_factor_train,
            capacity_factor_eval=capacity_factor_eval,
        )
        self.experts = Experts(dim, num_experts=num_experts, hidden_dim=hidden_dim, activation=activation)
        self.loss_coef = loss_coef

    def forward(self, inputs):
        b, n, d = inputs.shape
        dispatch_tensor, combine_tensor, loss = self.gate(inputs)
        expert_inputs = torch.einsum("bnd,bnec->ebcd", inputs, dispatch_tensor)

        # the experts do not care which sequence a token is from
        expert_inputs = expert_inputs.reshape(self.num_experts, -1, d)
        expert_outputs = self.experts(expert_inputs)
        expert_outputs = expert_outputs.reshape(self.num_experts, b, -1, d)

        output = torch.einsum("ebcd,bnec->bnd", expert_outputs, combine_tensor)
        return output, loss * self.loss_coef


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
        assert len(num_experts) == 2, "two levels"
        outer, inner = num_experts
        self.num_experts_outer = outer
        self.num_experts_inner = inner

        gating_kwargs = {
            "second_policy_train": second_policy_train,
            "second_policy_eval": second_policy_eval,
            "second_threshold_train": second_threshold_train,
            "second_threshold_eval": second_threshold_eval,
            "capacity_factor_train": capacity_factor_train,
            "capacity_factor_eval": capacity_factor_eval,
        }
        self.gate_outer = Top2Gating(dim, num_gates=outer, **gating_kwargs)
        self.gate_inner = Top2Gating(dim, num_gates=inner, outer_dims=(outer,), **gating_kwargs)
        self.experts = Experts(dim, num_experts=num_experts, hidden_dim=hidden_dim, activation=activation)
        self.loss_coef = loss_coef

    def forward(self, inputs):
        b, n, d = inputs.shape
        outer, inner = self.num_experts_outer, self.num_experts_inner

        dispatch_outer, combine_outer, loss_outer = self.gate_outer(inputs)
        grouped = torch.einsum("bnd,bnec->ebcd", inputs, dispatch_outer)
        # a place that got no token must not take one of the inner places
        importance = torch.einsum("bnec->ebc", dispatch_outer)

        dispatch_inner, combine_inner, loss_inner = self.gate_inner(grouped, importance=importance)
        expert_inputs = torch.einsum("ebnd,ebnfc->efbcd", grouped, dispatch_inner)
        expert_outputs = self.experts(expert_inputs.reshape(outer, inner, -1, d))
        expert_outputs = expert_outputs.reshape(outer, inner, b, -1, d)

        grouped_outputs = torch.einsum("efbcd,ebnfc->ebnd", expert_outputs, combine_inner)
        output = torch.einsum("ebcd,bnec->bnd", grouped_outputs, combine_outer)
        return output, (loss_outer + loss_inner) * self.loss_coef
