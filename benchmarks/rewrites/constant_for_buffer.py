"""A constant for a buffer that is not saved."""

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
BECAUSE = "a buffer moves and is cast with its module and stands in named_buffers(); a constant does not"


class Original(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.register_buffer("steps", torch.arange(width, dtype=torch.float32), persistent=False)

    def forward(self, x):
        return self.linear(x) * self.steps


class Rewritten(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, x):
        return self.linear(x) * torch.arange(x.size(-1), dtype=torch.float32, device=x.device)
