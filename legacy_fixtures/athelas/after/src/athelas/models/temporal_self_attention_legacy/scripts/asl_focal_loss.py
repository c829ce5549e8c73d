"""
Asymmetric and cyclical losses.

Asymmetric: positives and negatives have an exponent of their own, and very easy negatives are cut off (multi-label).
Cyclical: in the first and last epochs confident predictions count more, in the middle of the training less.

NOTE: the multi-label ones SUM over the batch, the single-label ones average. Scale the learning rate!
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from typing import TYPE_CHECKING

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.losses import ASLSingleLabel as _ASLSingleLabel
from athelas.models.pytorch.losses import ASL_FocalLoss as _ASL_FocalLoss
from athelas.models.pytorch.losses import CyclicalFocalLoss as _CyclicalFocalLoss


class AsymmetricLoss(nn.Module):
    """Multi-label: logits (B, C) against 0/1 of the same shape."""

    def __init__(self, gamma_neg=4, gamma_pos=1, clip=0.05, eps=1e-8, focal_grad=False):
        super().__init__()
        self.gamma_neg = gamma_neg
        self.gamma_pos = gamma_pos
        self.clip = clip
        self.eps = eps
        self.focal_grad = focal_grad  # False: the weight is a constant for the gradient

    def forward(self, logits, labels):
        yes = torch.sigmoid(logits)
        no = 1 - yes
        if self.clip:
            # a negative below the clip is free
            no = (no + self.clip).clamp(max=1)
        log_likelihood = labels * yes.clamp(min=self.eps).log() + (1 - labels) * no.clamp(min=self.eps).log()

        if self.gamma_neg or self.gamma_pos:
            probability = labels * yes + (1 - labels) * no
            if not self.focal_grad:
                probability = probability.detach()
            gamma = labels * self.gamma_pos + (1 - labels) * self.gamma_neg
            log_likelihood = log_likelihood * (1 - probability) ** gamma
        return -log_likelihood.sum()


class AsymmetricLossOptimized(nn.Module):
    """The same numbers as AsymmetricLoss up to rounding, in place wherever the gradient allows it.

    Keeps its tensors until the next call, for the plots (and so that the memory stays where it is).
    """

    def __init__(self, gamma_neg=4, gamma_pos=1, clip=0.05, eps=1e-8, focal_grad=False):
        super().__init__()
        self.gamma_neg = gamma_neg
        self.gamma_pos = gamma_pos
        self.clip = clip
        self.eps = eps
        self.focal_grad = focal_grad
        self.yes = self.no = self.negatives = self.weight = self.loss = None

    def forward(self, logits, labels):
        self.negatives = 1 - labels
        self.yes = torch.sigmoid(logits)
        self.no = 1 - self.yes
        if self.clip:
            self.no.add_(self.clip).clamp_(max=1)

        self.loss = self.yes.clamp(min=self.eps).log_().mul_(labels)
        self.loss.add_(self.no.clamp(min=self.eps).log_().mul_(self.negatives))

        if self.gamma_neg or self.gamma_pos:
            with torch.set_grad_enabled(self.focal_grad):
                self.weight = 1 - self.yes * labels - self.no * self.negatives
                self.weight = self.weight.pow(labels * self.gamma_pos + self.negatives * self.gamma_neg)
            # not mul_, the weight needs the old one for its gradient
            self.loss = self.loss * self.weight
        return self.loss.sum().neg_()


__all__ = [
    "ASLSingleLabel",
    "ASL_FocalLoss",
    "AsymmetricLoss",
    "AsymmetricLossOptimized",
    "Cyclical_FocalLoss",
    "F",
    "nn",
    "torch",
]

if TYPE_CHECKING:
    from athelas.models.pytorch.losses import ASLSingleLabel as ASLSingleLabel
    from athelas.models.pytorch.losses import ASL_FocalLoss as ASL_FocalLoss
    from athelas.models.pytorch.losses import CyclicalFocalLoss as Cyclical_FocalLoss
else:
    _MOVED = {
        "ASLSingleLabel": ("athelas.models.pytorch.losses", "ASLSingleLabel"),
        "ASL_FocalLoss": ("athelas.models.pytorch.losses", "ASL_FocalLoss"),
        "Cyclical_FocalLoss": ("athelas.models.pytorch.losses", "CyclicalFocalLoss"),
    }

    def __getattr__(name):
        return _legacy.moved(__name__, name, _MOVED, __file__)
