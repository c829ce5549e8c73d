from .asymmetric_loss import ASL_FocalLoss, ASLSingleLabel
from .cyclical_loss import CyclicalFocalLoss
from .focal_loss import BinaryFocalLossWithLogits, FocalLoss, focal_loss, one_hot

__all__ = [
    "ASLSingleLabel",
    "ASL_FocalLoss",
    "BinaryFocalLossWithLogits",
    "CyclicalFocalLoss",
    "FocalLoss",
    "focal_loss",
    "one_hot",
]
