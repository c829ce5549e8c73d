"""A function, with the same operations as methods and without a name for what lies between."""

import torch

CASE = """
constructions:
- arguments: {}
  dims: {B: 3, L: 5}
  calls:
  - arguments:
      logits: !tensor {shape: [B, L]}
      targets: !tensor {shape: [B, L]}
"""
EXPECTED = "PROVED"


def original(logits, targets):
    chances = torch.sigmoid(logits)
    errors = torch.abs(torch.sub(chances, targets))
    return torch.mean(torch.mul(errors, errors), dim=-1)


def rewritten(logits, targets):
    errors = (logits.sigmoid() - targets).abs()
    return (errors * errors).mean(-1)
