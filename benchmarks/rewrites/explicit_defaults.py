"""Defaults written out."""

from torch import nn
from torch.nn import functional as F

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
        self.norm = nn.LayerNorm(width)
        self.linear = nn.Linear(width, width)

    def forward(self, x):
        return F.softmax(self.linear(self.norm(x)), -1).sum(1)


class Rewritten(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width, eps=1e-5, elementwise_affine=True)
        self.linear = nn.Linear(width, width, bias=True)

    def forward(self, x):
        return F.softmax(self.linear(self.norm(x)), dim=-1, dtype=None).sum(1, keepdim=False)
