"""A softmax as a module, a function and a method of the tensor."""

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
        self.linear = nn.Linear(width, width)

    def forward(self, x):
        scores = self.linear(x)
        return F.softmax(scores, dim=-1) + F.softmax(x, dim=1)


class Rewritten(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.softmax = nn.Softmax(dim=-1)

    def forward(self, x):
        scores = self.softmax(self.linear(x))
        return scores + x.softmax(1)
