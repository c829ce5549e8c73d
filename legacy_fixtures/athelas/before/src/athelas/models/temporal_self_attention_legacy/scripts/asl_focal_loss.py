"""
Asymmetric and cyclical losses.

Asymmetric: positives and negatives have an exponent of their own, and very easy negatives are cut off (multi-label).
Cyclical: in the first and last epochs confident predictions count more, in the middle of the training less.

NOTE: the multi-label ones SUM over the batch, the single-label ones average. Scale the learning rate!
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


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


class ASLSingleLabel(nn.Module):
    """Asymmetric loss for one label per row, with label smoothing."""

    def __init__(self, gamma_pos=0, gamma_neg=4, eps=0.1, reduction="mean"):
        super().__init__()
        self.gamma_pos = gamma_pos
        self.gamma_neg = gamma_neg
        self.eps = eps
        self.reduction = reduction
        self.logsoftmax = nn.LogSoftmax(dim=-1)

    def forward(self, inputs, target):
        """inputs: logits (B, C), target: class indices (B,)"""
        n_classes = inputs.size(-1)
        hot = torch.zeros_like(inputs).scatter_(1, target.unsqueeze(1), 1.0)

        log_probs = self.logsoftmax(inputs)
        probs = log_probs.exp()
        miss = torch.where(hot > 0, 1 - probs, probs)
        weight = miss ** (self.gamma_pos * hot + self.gamma_neg * (1 - hot))

        if self.eps > 0:
            hot = hot * (1 - self.eps) + self.eps / n_classes
        loss = -(hot * weight * log_probs).sum(dim=-1)
        if self.reduction == "mean":
            return loss.mean()
        return loss


class Cyclical_FocalLoss(nn.Module):
    """
    share * (confident ones count more) + (1 - share) * (asymmetric focal), the share from the epoch:
    1 at the start, 0 after 1 / factor of the epochs, 1 again at the end. factor 1: only down.
    """

    def __init__(self, gamma_pos=0, gamma_neg=4, gamma_hc=2, eps=0.1, reduction="mean", epochs=200, factor=2):
        super().__init__()
        self.gamma_pos = gamma_pos
        self.gamma_neg = gamma_neg
        self.gamma_hc = gamma_hc  # hc = high confidence
        self.eps = eps
        self.reduction = reduction
        self.epochs = epochs
        self.factor = factor

    def confident_share(self, epoch):
        last = max(1, self.epochs - 1)
        turn = last / self.factor
        if epoch <= turn:
            return 1.0 - epoch / turn
        return min(1.0, (epoch - turn) / (last - turn))

    def forward(self, inputs, target, epoch):
        log_probs = F.log_softmax(inputs, dim=-1)
        probs = log_probs.exp()
        hot = torch.zeros_like(inputs)
        hot.scatter_(1, target.view(-1, 1), 1.0)

        miss = torch.where(hot > 0, 1 - probs, probs)
        focal = miss ** (self.gamma_pos * hot + self.gamma_neg * (1 - hot))
        confident = (1 + probs * hot) ** self.gamma_hc
        share = self.confident_share(epoch)
        weight = share * confident + (1 - share) * focal

        if self.eps > 0:
            hot = hot * (1 - self.eps) + self.eps / inputs.size(-1)
        loss = -(hot * weight * log_probs).sum(dim=-1)
        # print("share", share)
        return loss.mean() if self.reduction == "mean" else loss


class ASL_FocalLoss(nn.Module):
    """ASL for a single label whose exponents grow: smoothed cross entropy at epoch 0, all of gamma at half time."""

    def __init__(self, gamma_pos=0, gamma_neg=4, eps=0.1, reduction="mean", epochs=200):
        super().__init__()
        self.gamma_pos = gamma_pos
        self.gamma_neg = gamma_neg
        self.eps = eps
        self.reduction = reduction
        self.epochs = epochs

    def forward(self, inputs, target, epoch=None):
        # without an epoch (validation): as at the end
        ramp = 1.0
        if epoch is not None:
            ramp = min(1.0, 2.0 * epoch / self.epochs)

        log_p = torch.log_softmax(inputs, dim=-1)
        p = torch.exp(log_p)
        y = F.one_hot(target, inputs.size(-1)).to(p.dtype)
        distance = (y - p).abs()
        gamma = ramp * (self.gamma_pos * y + self.gamma_neg * (1 - y))
        weighted = log_p * distance**gamma

        smooth = y
        if self.eps > 0:
            smooth = y * (1 - self.eps) + self.eps / inputs.size(-1)
        loss = -torch.sum(smooth * weighted, dim=-1)
        return loss.mean() if self.reduction == "mean" else loss
