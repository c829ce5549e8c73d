"""
Asymmetric loss

- `ASLSingleLabel`: Asymmetric loss for one label per row, with label smoothing.
- `ASL_FocalLoss`: ASL for a single label whose exponents grow: smoothed cross entropy at epoch 0, all of gamma at half
  time.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ASLSingleLabel(nn.Module):
    """
    Asl Single Label

    Asymmetric loss for one label per row, with label smoothing.

    **Core Concept:**
    Moved from `src/athelas/models/temporal_self_attention_legacy/scripts/asl_focal_loss.py::ASLSingleLabel` as it was.

    **Architecture:**
    1. `logsoftmax`: `nn.LogSoftmax(dim=-1)`
    2. The result is `loss`.

    **Parameters:**
    - gamma_pos (int): `gamma_pos` of the original
    - gamma_neg (int): `gamma_neg` of the original
    - eps (float): `eps` of the original
    - reduction (str): `reduction` of the original

    **Forward Signature:**
    Input:
      - inputs (B, C): the input
      - target (B,): indices
    Output:
      - (): the result

    **Dependencies:**
    - torch.nn.LogSoftmax → makes `logsoftmax`

    **Usage Example:**
    ```python
    >>> import torch
    >>> from athelas.models.pytorch.losses import ASLSingleLabel
    >>> module = ASLSingleLabel(gamma_pos=1, gamma_neg=4, eps=0.1, reduction='mean')
    >>> module(torch.randn(6, 5), torch.randint(5, (6,))).shape
    torch.Size([])

    ```
    """

    def __init__(self, gamma_pos: int = 0, gamma_neg: int = 4, eps: float = 0.1, reduction: str = "mean") -> None:
        """
        Args:
            gamma_pos: `gamma_pos` of the original
            gamma_neg: `gamma_neg` of the original
            eps: `eps` of the original
            reduction: `reduction` of the original
        """
        super().__init__()
        self.gamma_pos = gamma_pos
        self.gamma_neg = gamma_neg
        self.eps = eps
        self.reduction = reduction
        self.logsoftmax = nn.LogSoftmax(dim=-1)

    def forward(self, inputs: Tensor, target: Tensor) -> Tensor:
        """
        Args:
            inputs: (B, C) the input
            target: (B,) indices

        Returns:
            () the result
        """
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


class ASL_FocalLoss(nn.Module):
    """
    Asl Focal Loss

    ASL for a single label whose exponents grow: smoothed cross entropy at epoch 0, all of gamma at half time.

    **Core Concept:**
    Moved from `src/athelas/models/temporal_self_attention_legacy/scripts/asl_focal_loss.py::ASL_FocalLoss` as it was.

    **Architecture:**
    The result is `loss.mean() if self.reduction == "mean" else loss`.

    **Parameters:**
    - gamma_pos (int): `gamma_pos` of the original
    - gamma_neg (int): `gamma_neg` of the original
    - eps (float): `eps` of the original
    - reduction (str): `reduction` of the original
    - epochs (int): `epochs` of the original

    **Forward Signature:**
    Input:
      - inputs (B, L, D): the input
      - target (B, L): indices
      - epoch (): the input, optional
    Output:
      - (): the result

    **Dependencies:**
    - torch.nn.functional.one_hot → computed in forward

    **Usage Example:**
    ```python
    >>> import torch
    >>> from athelas.models.pytorch.losses import ASL_FocalLoss
    >>> module = ASL_FocalLoss(gamma_pos=0, gamma_neg=4, eps=0.1, reduction='mean', epochs=24)
    >>> module(torch.randn(3, 5, 24), torch.randint(4, (3, 5,))).shape
    torch.Size([])

    ```
    """

    def __init__(
        self, gamma_pos: int = 0, gamma_neg: int = 4, eps: float = 0.1, reduction: str = "mean", epochs: int = 200
    ) -> None:
        """
        Args:
            gamma_pos: `gamma_pos` of the original
            gamma_neg: `gamma_neg` of the original
            eps: `eps` of the original
            reduction: `reduction` of the original
            epochs: `epochs` of the original
        """
        super().__init__()
        self.gamma_pos = gamma_pos
        self.gamma_neg = gamma_neg
        self.eps = eps
        self.reduction = reduction
        self.epochs = epochs

    def forward(self, inputs: Tensor, target: Tensor, epoch: Tensor | None = None) -> Tensor:
        """
        Args:
            inputs: (B, L, D) the input
            target: (B, L) indices
            epoch: () the input

        Returns:
            () the result
        """
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
