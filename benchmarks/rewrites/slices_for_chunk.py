"""Slices for `chunk`."""

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
        self.width = width
        self.gates = nn.Linear(width, 2 * width)

    def forward(self, x):
        gate, value = self.gates(x).chunk(2, dim=-1)
        return gate.sigmoid() * value


class Rewritten(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width
        self.gates = nn.Linear(width, 2 * width)

    def forward(self, x):
        gates = self.gates(x)
        return gates[..., : self.width].sigmoid() * gates[..., self.width :]
