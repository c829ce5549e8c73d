"""A comprehension over the layers for a loop that appends."""

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
        self.heads = nn.ModuleList([nn.Linear(width, 4) for _ in range(2)])

    def forward(self, x):
        found = []
        for head in self.heads:
            found.append(head(x))  # noqa: PERF401 - the loop is what is rewritten
        return torch.cat(found, dim=-1)


class Rewritten(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.heads = nn.ModuleList([nn.Linear(width, 4) for _ in range(2)])

    def forward(self, x):
        return torch.cat([head(x) for head in self.heads], dim=-1)
