# Focal losses, for classes (softmax) and for independent labels (sigmoid). https://arxiv.org/abs/1708.02002
#
# The class losses take indices, the binary ones take 0. / 1. of the shape of the logits.
import torch
import torch.nn as nn
import torch.nn.functional as F


def one_hot(labels, num_classes, eps=0.0):
    """(N, ...) class indices -> (N, C, ...); eps goes on top of every entry"""
    assert labels.dtype == torch.int64, "class indices, please"
    shape = (labels.shape[0], num_classes) + tuple(labels.shape[1:])
    encoded = torch.zeros(shape, device=labels.device)
    encoded.scatter_(1, labels.unsqueeze(1), 1.0)
    encoded += eps
    return encoded


def focal_loss(input, target, alpha=None, gamma=2.0, reduction="none", eps=1e-6):
    """
    input: (N, C, ...) logits, target: (N, ...) class indices

    alpha weighs class 0 (the good customers) with 1 - alpha and every other class with alpha. None: no weights.
    """
    log_probs = F.log_softmax(input, dim=1)
    wanted = one_hot(target, input.shape[1], eps=eps)

    # easy examples fade out
    modulation = (1.0 - log_probs.exp()) ** gamma
    per_class = -modulation * log_probs * wanted
    if alpha is not None:
        class_weight = torch.full((input.shape[1],), float(alpha), device=input.device)
        class_weight[0] = 1.0 - alpha
        class_weight = class_weight.view([1, -1] + [1] * (input.dim() - 2))
        per_class = per_class * class_weight
    loss = per_class.sum(dim=1)

    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    assert reduction == "none", reduction
    return loss


class FocalLoss(nn.Module):
    # 2 in the paper, 1.5 was better on the data of last summer
    def __init__(self, alpha=0.25, gamma=1.5, reduction="mean"):
        super().__init__()
        self.alpha = alpha
        self.gamma = gamma
        self.reduction = reduction

    def forward(self, input, target):
        return focal_loss(input, target, self.alpha, self.gamma, self.reduction)


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


class BinaryFocalLossWithLogits(nn.Module):
    def __init__(self, alpha=0.25, gamma=1.5, reduction="mean", pos_weight=None):
        super().__init__()
        self.alpha = alpha
        self.gamma = gamma
        self.reduction = reduction
        self.pos_weight = pos_weight

    def forward(self, input, target):
        return binary_focal_loss_with_logits(
            input, target, self.alpha, self.gamma, self.reduction, self.pos_weight
        )
