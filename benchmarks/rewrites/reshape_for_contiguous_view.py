"""`reshape` where a copy was made and then viewed."""

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

    def forward(self, x):
        batch, length, width = x.shape
        heads = self.linear(x).view(batch, length, 2, width // 2).transpose(1, 2)
        return heads.contiguous().view(batch, 2 * length, width // 2)


class Rewritten(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, x):
        batch, length, width = x.shape
        heads = self.linear(x).view(batch, length, 2, width // 2).transpose(1, 2)
        return heads.reshape(batch, 2 * length, width // 2)
