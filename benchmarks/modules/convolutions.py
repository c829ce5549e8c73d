"""Convolutions with padding on both sides and on one, a norm over channels, a variance, slices of neighbours."""

import torch
from torch import nn
from torch.nn import functional as F

CASE = """
constructions:
- arguments: {channels: 4}
  dims: {B: 3, L: 7}
  calls:
  - arguments:
      x: !tensor {shape: [B, 4, L]}
"""


class Convolutions(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.inner = nn.Conv1d(channels, 2 * channels, 3, padding=1, padding_mode="circular")
        self.outer = nn.Conv1d(2 * channels, channels, 3)
        self.layers = nn.Sequential(nn.BatchNorm1d(channels), nn.LeakyReLU(0.2), nn.Dropout(0.25))
        nn.init.normal_(self.outer.weight, std=0.05)
        nn.init.constant_(self.outer.bias, 0.1)

    def forward(self, x):
        hidden = F.silu(self.inner(x))
        hidden = F.pad(hidden, (2, 0), value=0.5)
        hidden = self.layers(self.outer(hidden)) + x
        change = hidden[:, :, 1:] - hidden[:, :, :-1]
        spread = hidden.var(dim=-1, keepdim=True, unbiased=False)
        return (change / torch.sqrt(spread + 1e-5)).permute(0, 2, 1).contiguous()
