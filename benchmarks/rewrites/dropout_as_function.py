"""`F.dropout` with the module's flag for `nn.Dropout`."""

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
    def __init__(self, width, rate=0.25):
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.drop = nn.Dropout(rate)

    def forward(self, x):
        return self.drop(self.linear(x))


class Rewritten(nn.Module):
    def __init__(self, width, rate=0.25):
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.rate = rate

    def forward(self, x):
        return F.dropout(self.linear(x), self.rate, self.training)
