"""
Top2 Gating

Seats each token at its best and its second best expert.

**Core Concept:**
Seats each token at its best and its second best expert. second_policy: 'all' always takes the second one, 'none' never,
'threshold' if its share is above the threshold, 'random' with the probability share / threshold. returns: dispatch and
combine, both (*outer, B, N, experts, seats), and the balance loss

One component for 2 copies: `src/athelas/models/lightning/bimodal/pl_bimodal_moe.py::Top2Gating`,
`src/athelas/models/temporal_self_attention_legacy/scripts/mixture_of_experts.py::Top2Gating`. What they differed in is
a parameter.

**Architecture:**
1. `w_gating`: `nn.Parameter(torch.randn(*outer_dims, dim, num_gates))`
2. The result is `dispatch, combine, loss`.

**Parameters:**
- num_gates (int): `num_gates` of the original
- dim (int): width of the input and of the output
- eps (float): `eps` of the original
- outer_dims (tuple[int, ...]): `outer_dims` of the original
- second_policy_train (str): `second_policy_train` of the original
- second_policy_eval (str): `second_policy_eval` of the original
- second_threshold_train (float): `second_threshold_train` of the original
- second_threshold_eval (float): `second_threshold_eval` of the original
- capacity_factor_train (float): `capacity_factor_train` of the original
- capacity_factor_eval (float): `capacity_factor_eval` of the original

**Forward Signature:**
Input:
  - x (B, L, D): the input
  - importance (): the input, optional
Output:
  - (B, L, 40, 4): the result
  - (B, L, 40, 4): the result
  - (): the result

**Dependencies:**
- athelas.models.pytorch.routing.gating_math.cumsum_exclusive → built as a part
- athelas.models.pytorch.routing.gating_math.safe_one_hot → built as a part
- athelas.models.pytorch.routing.gating_math.top1 → built as a part
- torch.nn.Parameter → makes `w_gating`
- torch.nn.functional.one_hot → computed in forward

**Used By:**
- athelas.models.lightning.bimodal.pl_bimodal_moe.MixtureOfExperts → as `Top2Gating` of pl_bimodal_moe.py
- athelas.models.temporal_self_attention_legacy.scripts.evaluate.policy_table → as `Top2Gating` of mixture_of_experts.py
- athelas.models.temporal_self_attention_legacy.scripts.mixture_of_experts.HeirarchicalMoE → as `Top2Gating` of
  mixture_of_experts.py
- athelas.models.temporal_self_attention_legacy.scripts.mixture_of_experts.MoE → as `Top2Gating` of
  mixture_of_experts.py
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from athelas.models.pytorch.routing.gating_math import cumsum_exclusive, safe_one_hot, top1

MIN_EXPERT_CAPACITY = 4  # short sequences would leave 0 or 1 seats per expert


class Top2Gating(nn.Module):
    """Seats each token at its best and its second best expert."""

    def __init__(
        self,
        num_gates: int,
        dim: int,
        *,
        eps: float = 1e-9,
        outer_dims: tuple[int, ...] = (),
        second_policy_train: str = "random",
        second_policy_eval: str = "threshold",
        second_threshold_train: float = 0.2,
        second_threshold_eval: float = 0.2,
        capacity_factor_train: float = 1.5,
        capacity_factor_eval: float = 2.0,
    ) -> None:
        """
        Args:
            num_gates: `num_gates` of the original
            dim: width of the input and of the output
            eps: `eps` of the original
            outer_dims: `outer_dims` of the original
            second_policy_train: `second_policy_train` of the original
            second_policy_eval: `second_policy_eval` of the original
            second_threshold_train: `second_threshold_train` of the original
            second_threshold_eval: `second_threshold_eval` of the original
            capacity_factor_train: `capacity_factor_train` of the original
            capacity_factor_eval: `capacity_factor_eval` of the original
        """
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

    def _second_taken(self, weight: Any) -> Any:
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

    def _capacity(self, n_tokens: Any) -> Any:
        factor = self.capacity_factor_train if self.training else self.capacity_factor_eval
        capacity = min(n_tokens, int(n_tokens * factor / self.num_gates))
        return max(capacity, MIN_EXPERT_CAPACITY)

    def forward(self, x: Tensor, *, importance: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """
        Args:
            x: (B, L, D) the input
            importance: () the input

        Returns:
            (B, L, 40, 4) the result
            (B, L, 40, 4) the result
            () the result
        """
        gates = torch.einsum("...bnd,...dg->...bng", x, self.w_gating).softmax(dim=-1)

        gate_1, index_1 = top1(gates)
        mask_1 = F.one_hot(index_1, self.num_gates).to(gates.dtype)
        gate_2, index_2 = top1(gates * (1 - mask_1))
        mask_2 = F.one_hot(index_2, self.num_gates).to(gates.dtype)

        denom = gate_1 + gate_2 + self.eps
        weight_1 = gate_1 / denom
        weight_2 = gate_2 / denom
        mask_2 = mask_2 * self._second_taken(weight_2).unsqueeze(-1)

        if importance is not None:
            # nobody sits on an empty place, so nobody may queue from there
            mask_1 = mask_1 * importance.unsqueeze(-1)
            mask_2 = mask_2 * importance.unsqueeze(-1)
            gates = gates * importance.unsqueeze(-1)

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

    def _keep_second(self, share: Any) -> Any:
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

    def _seats_per_expert(self, num_tokens: Any) -> Any:
        factor = self.capacity_factor_train if self.training else self.capacity_factor_eval
        capacity = min(num_tokens, int(num_tokens * factor / self.num_gates))
        return max(capacity, MIN_EXPERT_CAPACITY)
