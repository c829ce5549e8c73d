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

from typing import TYPE_CHECKING

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.routing import cumsum_exclusive as _cumsum_exclusive
from athelas.models.pytorch.routing import safe_one_hot as _safe_one_hot
from athelas.models.pytorch.routing import top1 as _top1
from athelas.models.pytorch.routing import Top2Gating as _Top2Gating
from athelas.models.pytorch.fusion import init_ as _init_

MIN_EXPERT_CAPACITY = 4  # short sequences would leave 0 or 1 seats per expert


class Experts(nn.Module):
    def __init__(self, dim, num_experts=8, hidden_dim=None, activation=nn.GELU):
        super().__init__()
        if hidden_dim is None:
            hidden_dim = 4 * dim
        shape = num_experts if isinstance(num_experts, tuple) else (num_experts,)
        self.w_in = nn.Parameter(_init_(torch.empty(*shape, dim, hidden_dim)))
        self.w_out = nn.Parameter(_init_(torch.empty(*shape, hidden_dim, dim)))
        self.activation = activation()

    def forward(self, tokens):
        h = self.activation(torch.matmul(tokens, self.w_in))
        return torch.matmul(h, self.w_out)


class Top2Gating(_Top2Gating):
    """Deprecated: use `from athelas.models.pytorch.routing import Top2Gating`."""

    def __init__(self, dim, num_gates, outer_dims=(), eps=1e-9, second_policy_train="random", second_policy_eval="threshold", second_threshold_train=0.2, second_threshold_eval=0.2, capacity_factor_train=1.5, capacity_factor_eval=2.0):
        _legacy.warn(
            "athelas.models.lightning.bimodal.pl_bimodal_moe.Top2Gating",
            "from athelas.models.pytorch.routing import Top2Gating",
            __file__,
        )
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

    def forward(self, x):
        return super().forward(x)


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


__all__ = [
    "BimodalBert",
    "BimodalBertMoE",
    "Experts",
    "F",
    "MIN_EXPERT_CAPACITY",
    "MixtureOfExperts",
    "Top2Gating",
    "cumsum_exclusive",
    "init_",
    "math",
    "mean_pool",
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
