"""Three uses of one input in another order."""

from torch import nn

CASE = """
constructions:
- arguments: {width: 8}
  dims: {B: 3, L: 5, D: 8}
  calls:
  - arguments:
      x: !tensor {shape: [B, L, D]}
"""
EXPECTED = "CLOSE"
BECAUSE = "the input's gradient is a sum of three terms, which autograd adds in another order"


class Original(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)

    def forward(self, x):
        query, key, value = self.query(x), self.key(x), self.value(x)
        return query * key.sigmoid() * value.tanh()


class Rewritten(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)

    def forward(self, x):
        value, key, query = self.value(x), self.key(x), self.query(x)
        return query * key.sigmoid() * value.tanh()
