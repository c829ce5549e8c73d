"""A mask made outside of the class, by a helper."""

import torch
from torch import nn

CASE = """
constructions:
- arguments: {width: 8}
  dims: {B: 3, L: 5, D: 8}
  calls:
  - arguments:
      x: !tensor {shape: [B, L, D]}
      lengths: !tensor {shape: [B], kind: lengths, high: L}
"""
EXPECTED = "PROVED"


def valid(lengths, x):
    return torch.arange(x.size(1), device=x.device).unsqueeze(0) < lengths.unsqueeze(1)


class Original(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, x, lengths):
        steps = torch.arange(x.size(1), device=x.device)
        mask = steps[None, :] < lengths[:, None]
        return self.linear(x) * mask.unsqueeze(-1)


class Rewritten(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, x, lengths):
        return self.linear(x) * valid(lengths, x).unsqueeze(-1)
