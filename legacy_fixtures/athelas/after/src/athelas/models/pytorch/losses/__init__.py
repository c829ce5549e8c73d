from .asymmetric_loss import ASL_FocalLoss, ASLSingleLabel
from .cyclical_loss import CyclicalFocalLoss

__all__ = ["ASLSingleLabel", "ASL_FocalLoss", "CyclicalFocalLoss"]
