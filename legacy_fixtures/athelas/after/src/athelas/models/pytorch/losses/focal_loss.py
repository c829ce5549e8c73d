"""
Focal loss

- `one_hot`: (N, ...) class indices -> (N, C, ...); eps goes on top of every entry
- `focal_loss`: input: (N, C, ...) logits, target: (N, ...) class indices
- `FocalLoss`: A loss.
- `BinaryFocalLossWithLogits`: A loss.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def one_hot(labels: Tensor, num_classes: int, eps: float = 0.0) -> Tensor:
    """
    One Hot

    (N, ...) class indices -> (N, C, ...); eps goes on top of every entry

    **Core Concept:**
    Moved from `src/athelas/models/temporal_self_attention_legacy/scripts/focalloss.py::one_hot` as it was.

    **Forward Signature:**
    Input:
      - labels (B,): indices
      - num_classes: as in the originals
      - eps: as in the originals, optional
    Output:
      - (B, C): the result

    **Used By:**
    - athelas.models.temporal_self_attention_legacy.scripts.focalloss.focal_loss → as `one_hot` of focalloss.py
    - athelas.models.temporal_self_attention_legacy.scripts.train_order_feature.compute_loss → as `one_hot` of
      focalloss.py
    """
    assert labels.dtype == torch.int64, "class indices, please"
    shape = (labels.shape[0], num_classes) + tuple(labels.shape[1:])
    encoded = torch.zeros(shape, device=labels.device)
    encoded.scatter_(1, labels.unsqueeze(1), 1.0)
    encoded += eps
    return encoded


def focal_loss(
    input: Tensor,
    target: Tensor,
    alpha: int | None = None,
    gamma: float = 2.0,
    reduction: str = "none",
    eps: float = 1e-6,
) -> Tensor:
    """
    Focal Loss

    input: (N, C, ...) logits, target: (N, ...) class indices

    **Core Concept:**
    input: (N, C, ...) logits, target: (N, ...) class indices alpha weighs class 0 (the good customers) with 1 - alpha
    and every other class with alpha. None: no weights.

    Moved from `src/athelas/models/temporal_self_attention_legacy/scripts/focalloss.py::focal_loss` as it was.

    **Forward Signature:**
    Input:
      - input (B, D, L): the input
      - target (B, L): indices
      - alpha: as in the originals, optional
      - gamma: as in the originals, optional
      - reduction: as in the originals, optional
      - eps: as in the originals, optional
    Output:
      - (B, L): the result

    **Dependencies:**
    - athelas.models.pytorch.losses.focal_loss.one_hot → built as a part
    - torch.nn.functional.log_softmax → computed in forward

    **Used By:**
    - athelas.models.temporal_self_attention_legacy.scripts.focalloss.FocalLoss → as `focal_loss` of focalloss.py

    **Usage Example:**
    ```python
    >>> import torch
    >>> from athelas.models.pytorch.losses import focal_loss
    >>> focal_loss(torch.randn(3, 24, 5), torch.randint(24, (3, 5,))).shape
    torch.Size([3, 5])

    ```
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
    """
    Focal Loss

    A loss.

    **Core Concept:**
    Moved from `src/athelas/models/temporal_self_attention_legacy/scripts/focalloss.py::FocalLoss` as it was.

    **Architecture:**
    The result is `focal_loss(input, target, self.alpha, self.gamma, self.reduction)`.

    **Parameters:**
    - alpha (float): `alpha` of the original
    - gamma (float): `gamma` of the original
    - reduction (str): `reduction` of the original

    **Forward Signature:**
    Input:
      - input (B, D): the input
      - target (B,): indices
    Output:
      - (): the result

    **Dependencies:**
    - athelas.models.pytorch.losses.focal_loss.focal_loss → built as a part

    **Used By:**
    - athelas.models.temporal_self_attention_legacy.scripts.train_two_seq_moe.main → as `FocalLoss` of focalloss.py

    **Usage Example:**
    ```python
    >>> import torch
    >>> from athelas.models.pytorch.losses import FocalLoss
    >>> module = FocalLoss(alpha=0.25, gamma=1.5, reduction=mean)
    >>> module(torch.randn(3, 24), torch.randint(24, (3,))).shape
    torch.Size([])

    ```
    """

    def __init__(self, alpha: float = 0.25, gamma: float = 1.5, reduction: str = "mean") -> None:
        """
        Args:
            alpha: `alpha` of the original
            gamma: `gamma` of the original
            reduction: `reduction` of the original
        """
        super().__init__()
        self.alpha = alpha
        self.gamma = gamma
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """
        Args:
            input: (B, D) the input
            target: (B,) indices

        Returns:
            () the result
        """
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
    """
    Binary Focal Loss With Logits

    A loss.

    **Core Concept:**
    Moved from `src/athelas/models/temporal_self_attention_legacy/scripts/focalloss.py::BinaryFocalLossWithLogits` as it
    was.

    **Architecture:**
    The result is `binary_focal_loss_with_logits( input, target, self.alpha, self.gamma, self.reduction, self.pos_weight
    )`.

    **Parameters:**
    - alpha (float): `alpha` of the original
    - gamma (float): `gamma` of the original
    - reduction (str): `reduction` of the original
    - pos_weight (Any): `pos_weight` of the original; None builds none

    **Forward Signature:**
    Input:
      - input (B, L, D): the input
      - target (B, L, D): the input
    Output:
      - (): the result

    **Usage Example:**
    ```python
    >>> import torch
    >>> from athelas.models.pytorch.losses import BinaryFocalLossWithLogits
    >>> module = BinaryFocalLossWithLogits(alpha=0.25, gamma=1.5, reduction=mean, pos_weight=None)
    >>> module(torch.randn(3, 5, 24), torch.randn(3, 5, 24)).shape
    torch.Size([])

    ```
    """

    def __init__(
        self, alpha: float = 0.25, gamma: float = 1.5, reduction: str = "mean", pos_weight: int | None = None
    ) -> None:
        """
        Args:
            alpha: `alpha` of the original
            gamma: `gamma` of the original
            reduction: `reduction` of the original
            pos_weight: `pos_weight` of the original; None builds none
        """
        super().__init__()
        self.alpha = alpha
        self.gamma = gamma
        self.reduction = reduction
        self.pos_weight = pos_weight

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """
        Args:
            input: (B, L, D) the input
            target: (B, L, D) the input

        Returns:
            () the result
        """
        return binary_focal_loss_with_logits(input, target, self.alpha, self.gamma, self.reduction, self.pos_weight)
