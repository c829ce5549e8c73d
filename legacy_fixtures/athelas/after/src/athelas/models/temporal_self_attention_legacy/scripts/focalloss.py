# Focal losses, for classes (softmax) and for independent labels (sigmoid). https://arxiv.org/abs/1708.02002
#
# The class losses take indices, the binary ones take 0. / 1. of the shape of the logits.
import torch
import torch.nn as nn
import torch.nn.functional as F

from typing import TYPE_CHECKING

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.losses import one_hot as _one_hot
from athelas.models.pytorch.losses import focal_loss as _focal_loss
from athelas.models.pytorch.losses import FocalLoss as _FocalLoss
from athelas.models.pytorch.losses import BinaryFocalLossWithLogits as _BinaryFocalLossWithLogits


def binary_focal_loss_with_logits(input, target, alpha=0.25, gamma=2.0, reduction="none", pos_weight=None):
    """
    input: logits of any shape, target: the same shape, 0. or 1.
    pos_weight is a number on top of alpha. Yes, they do the same, the old job passes both.
    """
    # log_probs = torch.log(torch.sigmoid(input) + 1e-6)   # -inf in half precision
    log_yes = F.logsigmoid(input)
    log_no = F.logsigmoid(-input)

    positive = -alpha * log_no.exp() ** gamma * log_yes
    if pos_weight is not None:
        positive = positive * pos_weight
    negative = -(1.0 - alpha) * log_yes.exp() ** gamma * log_no
    loss = target * positive + (1.0 - target) * negative

    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    assert reduction == "none", reduction
    return loss


__all__ = [
    "BinaryFocalLossWithLogits",
    "F",
    "FocalLoss",
    "binary_focal_loss_with_logits",
    "focal_loss",
    "nn",
    "one_hot",
    "torch",
]

if TYPE_CHECKING:
    from athelas.models.pytorch.losses import BinaryFocalLossWithLogits as BinaryFocalLossWithLogits
    from athelas.models.pytorch.losses import FocalLoss as FocalLoss
    from athelas.models.pytorch.losses import focal_loss as focal_loss
    from athelas.models.pytorch.losses import one_hot as one_hot
else:
    _MOVED = {
        "BinaryFocalLossWithLogits": ("athelas.models.pytorch.losses", "BinaryFocalLossWithLogits"),
        "FocalLoss": ("athelas.models.pytorch.losses", "FocalLoss"),
        "focal_loss": ("athelas.models.pytorch.losses", "focal_loss"),
        "one_hot": ("athelas.models.pytorch.losses", "one_hot"),
    }

    def __getattr__(name):
        return _legacy.moved(__name__, name, _MOVED, __file__)
