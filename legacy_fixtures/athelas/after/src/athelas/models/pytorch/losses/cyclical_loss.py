"""
Cyclical Focal Loss

share * (confident ones count more) + (1 - share) * (asymmetric focal), the share from the epoch:

**Core Concept:**
share * (confident ones count more) + (1 - share) * (asymmetric focal), the share from the epoch: 1 at the start, 0
after 1 / factor of the epochs, 1 again at the end. factor 1: only down.

Moved from `src/athelas/models/temporal_self_attention_legacy/scripts/asl_focal_loss.py::Cyclical_FocalLoss` as it was.

**Architecture:**
The result is `loss.mean() if self.reduction == "mean" else loss`.

**Parameters:**
- gamma_pos (int): `gamma_pos` of the original
- gamma_neg (int): `gamma_neg` of the original
- gamma_hc (int): `gamma_hc` of the original
- eps (float): `eps` of the original
- reduction (str): `reduction` of the original
- epochs (int): `epochs` of the original
- factor (int): `factor` of the original

**Forward Signature:**
Input:
  - inputs (B, D): the input
  - target (B,): indices
  - epoch (): the input
Output:
  - (): the result

**Dependencies:**
- torch.nn.functional.log_softmax → computed in forward

**Usage Example:**
```python
>>> import torch
>>> from athelas.models.pytorch.losses import CyclicalFocalLoss
>>> module = CyclicalFocalLoss(gamma_pos=0, gamma_neg=4, gamma_hc=2, eps=0.1, reduction='mean', epochs=24, factor=2)
>>> module(torch.randn(3, 24), torch.randint(2, (3,)), torch.randn(())).shape
torch.Size([])

```
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class CyclicalFocalLoss(nn.Module):
    """share * (confident ones count more) + (1 - share) * (asymmetric focal), the share from the epoch:"""

    def __init__(
        self,
        gamma_pos: int = 0,
        gamma_neg: int = 4,
        gamma_hc: int = 2,
        eps: float = 0.1,
        reduction: str = "mean",
        epochs: int = 200,
        factor: int = 2,
    ) -> None:
        """
        Args:
            gamma_pos: `gamma_pos` of the original
            gamma_neg: `gamma_neg` of the original
            gamma_hc: `gamma_hc` of the original
            eps: `eps` of the original
            reduction: `reduction` of the original
            epochs: `epochs` of the original
            factor: `factor` of the original
        """
        super().__init__()
        self.gamma_pos = gamma_pos
        self.gamma_neg = gamma_neg
        self.gamma_hc = gamma_hc  # hc = high confidence
        self.eps = eps
        self.reduction = reduction
        self.epochs = epochs
        self.factor = factor

    def confident_share(self, epoch: Any) -> Any:
        last = max(1, self.epochs - 1)
        turn = last / self.factor
        if epoch <= turn:
            return 1.0 - epoch / turn
        return min(1.0, (epoch - turn) / (last - turn))

    def forward(self, inputs: Tensor, target: Tensor, epoch: Tensor) -> Tensor:
        """
        Args:
            inputs: (B, D) the input
            target: (B,) indices
            epoch: () the input

        Returns:
            () the result
        """
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
