"""A small legacy tree with two different algorithms under one name, and the map that makes them one component."""

from pathlib import Path

from tests.extraction_tree import commit_tree

SOFT = '''"""Text model."""
import torch
from torch import nn


class Experts(nn.Module):
    limit = 4

    def __init__(self, dim, count=2):
        super().__init__()
        self.gate = nn.Linear(dim, count)
        self.count = count

    def forward(self, x):
        return x * torch.softmax(self.gate(x), dim=-1).sum(dim=-1, keepdim=True)

    def load(self):
        return self.count


class TextModel(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.experts = Experts(dim)

    def forward(self, x):
        return self.experts(x)
'''
HARD = """from torch import nn


class Experts(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.router = nn.Linear(config.width, config.width, bias=False)

    def forward(self, hidden, mask=None):
        chosen = self.router(hidden).relu()
        return chosen if mask is None else chosen * mask.unsqueeze(-1)


def build(config):
    return Experts(config)
"""
MAP = """schema: 1
components:
  - component: MixtureOfExperts
    members: [legacy/text_model.py::Experts, legacy/table_model.py::Experts]
    target: routing/mixture_of_experts.py
    category: routing
    priority: high
    strategy: router
    strategies: {legacy/text_model.py::Experts: SoftExperts}
"""


def write_tree(root: Path) -> Path:
    """The tree under `root`, as a git repository with one commit."""
    return commit_tree(root, {"text_model": SOFT, "table_model": HARD})
