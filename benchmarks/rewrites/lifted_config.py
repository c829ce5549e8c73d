"""Arguments for what was read from a config."""

from torch import nn

CASE = """
constructions:
- arguments:
    config: {width: 8, hidden: 6, scale: 0.5}
  dims: {B: 3, L: 5}
  calls:
  - arguments:
      x: !tensor {shape: [B, L, 8]}
"""
EXPECTED = "PROVED"
INIT = {"width": "config.width", "hidden": "config.hidden", "scale": "config.scale"}


class Original(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.linear = nn.Linear(config.width, config["hidden"])

    def forward(self, x):
        return self.linear(x) * self.config.scale


class Rewritten(nn.Module):
    def __init__(self, width, hidden, scale):
        super().__init__()
        self.scale = scale
        self.linear = nn.Linear(width, hidden)

    def forward(self, x):
        return self.linear(x) * self.scale
