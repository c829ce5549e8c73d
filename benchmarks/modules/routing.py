"""Chance, order and choice: noise, a stable sort, the best of several experts, and gradients that stop."""

import torch
from torch import nn

CASE = """
constructions:
- arguments: {width: 6, experts: 4}
  dims: {B: 5}
  calls:
  - arguments:
      x: !tensor {shape: [B, 6]}
      priority: !tensor {shape: [B], kind: ids, high: 2}
"""


class Routing(nn.Module):
    def __init__(self, width, experts):
        super().__init__()
        self.gate = nn.Linear(width, experts, bias=False)
        self.experts = nn.ModuleList([nn.Linear(width, width) for _ in range(experts)])
        self.drop = nn.Dropout(0.5)
        self.register_buffer("seen", torch.zeros(experts))

    def forward(self, x, priority):
        order = torch.argsort(priority, stable=True)
        chances = torch.softmax(self.gate(x[order]), dim=-1)
        noise = torch.rand_like(chances)
        noise = self.drop(noise)
        if self.training:
            chances = chances + 0.1 * noise
            with torch.no_grad():
                self.seen += chances.sum(dim=0)
        best, chosen = chances.max(dim=-1)
        outputs = torch.stack([expert(x) for expert in self.experts], dim=1)
        picked = outputs[torch.arange(x.size(0), device=x.device), chosen.to(x.device)]
        balance = (chances.detach().mean(dim=0) * chances.mean(dim=0)).sum() * len(self.experts)
        return {"output": picked * best.unsqueeze(-1), "balance": balance.to(dtype=x.dtype)}
