"""
The tokens of the message and one token for the table, through a mixture of experts.

The mixture is the one of the temporal model (temporal_self_attention_legacy/scripts), pasted in here because that folder
cannot be imported from a package. Without the second level and without importance.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from .pl_bimodal_bert import BimodalBert, mean_pool

MIN_EXPERT_CAPACITY = 4  # short sequences would leave 0 or 1 seats per expert


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


class Experts(nn.Module):
    def __init__(self, dim, num_experts=8, hidden_dim=None, activation=nn.GELU):
        super().__init__()
        if hidden_dim is None:
            hidden_dim = 4 * dim
        shape = num_experts if isinstance(num_experts, tuple) else (num_experts,)
        self.w_in = nn.Parameter(init_(torch.empty(*shape, dim, hidden_dim)))
        self.w_out = nn.Parameter(init_(torch.empty(*shape, hidden_dim, dim)))
        self.activation = activation()

    def forward(self, tokens):
        h = self.activation(torch.matmul(tokens, self.w_in))
        return torch.matmul(h, self.w_out)


class Top2Gating(nn.Module):
    def __init__(
        self,
        dim,
        num_gates,
        outer_dims=(),
        eps=1e-9,
        second_policy_train="random",
        second_policy_eval="threshold",  # scores must not change from one call to the next
        second_threshold_train=0.2,
        second_threshold_eval=0.2,
        capacity_factor_train=1.5,
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

    def _second_taken(self, weight):
        policy = self.second_policy_train if self.training else self.second_policy_eval
        threshold = self.second_threshold_train if self.training else self.second_threshold_eval
        if policy == "all":
            return torch.ones_like(weight)
        if policy == "none":
            return torch.zeros_like(weight)
        if policy == "threshold":
            return (weight > threshold).to(weight.dtype)
        if policy == "random":
            return (torch.rand_like(weight) * max(threshold, self.eps) < weight).to(weight.dtype)
        raise ValueError("unknown second policy " + policy)

    def _capacity(self, n_tokens):
        factor = self.capacity_factor_train if self.training else self.capacity_factor_eval
        capacity = min(n_tokens, int(n_tokens * factor / self.num_gates))
        return max(capacity, MIN_EXPERT_CAPACITY)

    def forward(self, x):
        gates = torch.einsum("...bnd,...dg->...bng", x, self.w_gating).softmax(dim=-1)

        gate_1, index_1 = top1(gates)
        mask_1 = F.one_hot(index_1, self.num_gates).to(gates.dtype)
        gate_2, index_2 = top1(gates * (1 - mask_1))
        mask_2 = F.one_hot(index_2, self.num_gates).to(gates.dtype)

        denom = gate_1 + gate_2 + self.eps
        weight_1 = gate_1 / denom
        weight_2 = gate_2 / denom
        mask_2 = mask_2 * self._second_taken(weight_2).unsqueeze(-1)

        loss = (mask_1.mean(dim=-2) * gates.mean(dim=-2)).mean() * float(self.num_gates**2)

        capacity = self._capacity(x.shape[-2])
        position = cumsum_exclusive(mask_1, dim=-2)
        slots_1 = mask_1.unsqueeze(-1) * safe_one_hot(position.long(), capacity)
        used = slots_1.sum(dim=-1).sum(dim=-2, keepdim=True)
        position = cumsum_exclusive(mask_2, dim=-2) + used
        slots_2 = mask_2.unsqueeze(-1) * safe_one_hot(position.long(), capacity)

        combine = weight_1[..., None, None] * slots_1 + weight_2[..., None, None] * slots_2
        dispatch = slots_1 + slots_2
        return dispatch, combine, loss


class MixtureOfExperts(nn.Module):
    def __init__(
        self,
        dim,
        num_experts=8,
        hidden_dim=None,
        activation=nn.GELU,
        second_policy_train="random",
        second_policy_eval="threshold",
        second_threshold_train=0.2,
        second_threshold_eval=0.2,
        capacity_factor_train=1.5,
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

    def forward(self, tokens):
        b, _, d = tokens.shape
        dispatch, combine, loss = self.gate(tokens)
        routed = torch.einsum("bnd,bnec->ebcd", tokens, dispatch)
        out = self.experts(routed.reshape(self.num_experts, -1, d))
        out = out.reshape(self.num_experts, b, -1, d)
        return torch.einsum("ebcd,bnec->bnd", out, combine), loss * self.loss_coef


class BimodalBertMoE(BimodalBert):
    label = "bimodal_moe"

    def build_fusion(self, text_dim):
        c = self.config
        self.text_proj = nn.Linear(text_dim, self.common_dim)
        self.moe = MixtureOfExperts(self.common_dim, c.get("num_experts", 8), c.get("expert_dim"))
        self.moe_norm = nn.LayerNorm(self.common_dim)
        self._balance = 0.0

    def fuse(self, batch):
        table = self.tab_subnetwork(batch["tabular"]).unsqueeze(1)
        tokens = torch.cat([table, self.text_proj(self.encode_text(batch))], dim=1)
        # padding goes to the experts as well and takes their seats, nobody has complained
        mixed, self._balance = self.moe(tokens)
        tokens = self.moe_norm(tokens + mixed)
        mask = torch.cat([torch.ones_like(batch["attention_mask"][:, :1]), batch["attention_mask"]], dim=1)
        return mean_pool(tokens, mask)

    def auxiliary_loss(self):
        return self._balance
