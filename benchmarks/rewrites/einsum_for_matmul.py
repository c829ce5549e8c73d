"""`einsum` for a product of matrices."""

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
EXPECTED = "BIT_EQUAL"


class Original(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)

    def forward(self, x):
        return self.query(x) @ self.key(x).transpose(1, 2) @ self.value(x)


class Rewritten(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)

    def forward(self, x):
        scores = torch.einsum("bqd,bkd->bqk", self.query(x), self.key(x))
        return torch.einsum("bqk,bkd->bqd", scores, self.value(x))
