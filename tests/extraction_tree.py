"""A small legacy tree that extraction tests share: two script-like modules with divergent copies."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

TEXT_MODEL = '''"""Text model."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Summary(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = nn.Linear(2 * config.hidden_size, 1)

    def forward(self, states, lengths):
        scores = self.attention(states)
        if lengths is not None:
            keep = torch.arange(states.size(1), device=states.device).unsqueeze(0) < lengths.unsqueeze(1)
            scores = scores.masked_fill(~keep.unsqueeze(-1), float("-inf"))
        return torch.sum(F.softmax(scores, dim=1) * states, dim=1)


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.rnn = nn.GRU(config.hidden_size, config.hidden_size, batch_first=True)

    def forward(self, x):
        return self.rnn(x)[0][:, -1]


class TextModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.summary = Summary(config)

    def forward(self, states, lengths=None):
        return self.summary(states, lengths)
'''
TABLE_MODEL = """import torch
from torch import nn
from torch.nn import functional as F

SCALE = 2.0


def stretch(x):
    return x * SCALE


class Summary(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.score = nn.Linear(config.width, 1)

    def forward(self, x, mask=None):
        s = self.score(x)
        if mask is not None:
            s = s.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        return torch.sum(F.softmax(s, dim=1) * x, dim=1)


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.norm = nn.LayerNorm(config.width)
        self.first = nn.Linear(config.width, config.width)
        self.second = nn.Linear(config.width, config.width)

    def forward(self, x, mask=None):
        hidden = torch.relu(self.first(self.norm(x)))
        hidden = x + self.second(hidden)
        return hidden.max(dim=1).values


class Stretched(nn.Module):
    def __init__(self, width, bias=True):
        super().__init__()
        self.linear = nn.Linear(width, width, bias=bias)

    def forward(self, x):
        return stretch(self.linear(x))


class TableModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.summary = Summary(config)
        self.stretched = Stretched(config.width)

    def forward(self, x, mask=None):
        return self.stretched(self.summary(x))
"""
SETTINGS = '[tool.refactor-tools]\nlegacy = ["legacy"]\n'


def write_tree(root: Path) -> Path:
    """The tree under `root`, as a git repository with one commit."""
    return commit_tree(root, {"text_model": TEXT_MODEL, "table_model": TABLE_MODEL})


def commit_tree(root: Path, modules: Mapping[str, str]) -> Path:
    """A tree with these modules in its legacy folder, as a git repository with one commit."""
    (root / "legacy").mkdir(parents=True)
    for name, text in modules.items():
        (root / "legacy" / f"{name}.py").write_text(text, encoding="utf-8")
    (root / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    for command in (
        ("init", "-q"),
        ("add", "-A"),
        ("-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "legacy"),
    ):
        subprocess.run(("git", *command), cwd=root, check=True)
    return root


def contents(root: Path) -> dict[str, bytes]:
    """Every file of the tree that is the user's."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not {".git", ".refactor-tools", "__pycache__"} & set(path.relative_to(root).parts)
    }
