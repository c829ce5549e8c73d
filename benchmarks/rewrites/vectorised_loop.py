"""One call on a batch for a loop over its rows."""

import torch
from torch import nn

CASE = """
constructions:
- arguments: {width: 8}
  dims: {B: 3, L: 5, D: 8}
  calls:
  - arguments:
      x: !tensor {shape: [B, L, D]}
"""
EXPECTED = "DIFFERENT"
BECAUSE = "for an empty batch the loop has nothing to stack and raises; one call gives an empty result"


class Original(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, x):
        return torch.stack([self.linear(row) for row in x])


class Rewritten(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, x):
        return self.linear(x)
