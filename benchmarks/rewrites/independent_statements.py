"""Two statements that do not need each other, in the other order."""

from torch import nn

CASE = """
constructions:
- arguments: {width: 8}
  dims: {B: 3, L: 5, D: 8}
  calls:
  - arguments:
      x: !tensor {shape: [B, L, D]}
"""
EXPECTED = "PROVED_ON_PATHS"
BECAUSE = "where the input is used elsewhere too, its gradient is a sum of three terms in another order"


class Original(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)

    def forward(self, x):
        key = self.key(x)
        value = self.value(x)
        return key.sigmoid() * value


class Rewritten(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)

    def forward(self, x):
        value = self.value(x)
        key = self.key(x)
        return key.sigmoid() * value
