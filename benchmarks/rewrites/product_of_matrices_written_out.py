"""A product of a batch with a matrix, as the product of matrices that it is."""

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
EXPECTED = "PROVED"


class Original(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.weight = nn.Parameter(torch.randn(width, width))

    def forward(self, x):
        return self.linear(x) @ self.weight


class Rewritten(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.weight = nn.Parameter(torch.randn(width, width))

    def forward(self, x):
        return (self.linear(x).view(-1, x.size(-1)) @ self.weight).view(x.shape)
