"""`masked_fill` for `where` with a constant."""

import torch
from torch import nn

CASE = """
constructions:
- arguments: {width: 8}
  dims: {B: 3, L: 5, D: 8}
  calls:
  - arguments:
      x: !tensor {shape: [B, L, D]}
      mask: !tensor {shape: [B, L], kind: mask}
"""
EXPECTED = "CLOSE"
BECAUSE = "the result has other strides for some inputs, and the bias's gradient is added up in the order of memory"


class Original(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, x, mask):
        scores = torch.where(mask.unsqueeze(-1), self.linear(x), float("-inf"))
        return scores.softmax(dim=1)


class Rewritten(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, x, mask):
        scores = self.linear(x).masked_fill(~mask.unsqueeze(-1), float("-inf"))
        return scores.softmax(dim=1)
