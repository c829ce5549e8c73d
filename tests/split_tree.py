"""A monolith that division tests share: attention, losses, blocks, helpers, a logger, guarded imports, a registry."""

from pathlib import Path

from tests.repositories import commit_all

HEAD = '''"""Everything in one file."""
# Copyright of somebody.

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Optional  # both

import torch
import torch.nn as nn
from torch.nn import functional as F, init

from .settings import WIDTH, \\
    DEPTH

try:
    import missing_accelerator as accelerator
    HAS_ACCELERATOR = True
except ImportError:
    accelerator = None
    HAS_ACCELERATOR = False

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

logger = logging.getLogger(__name__)

EPS = 1e-6
# What masked scores become.
MASKED = -1e9
REGISTRY = {}


def register(cls):
    REGISTRY[cls.__name__] = cls
    return cls


def exists(x):
    return x is not None


def default(x, y):
    return x if exists(x) else y
'''
ATTENTION = '''

# ---------------------------------------------------------------- attention


def masked_scores(scores, mask):
    if exists(mask):
        scores = scores.masked_fill(~mask, MASKED)
    return scores


class SelfAttention(nn.Module):
    """Attention of a sequence to itself."""

    def __init__(self, dim, heads: Optional[int] = None):
        super().__init__()
        self.heads = default(heads, 4)
        self.qkv = nn.Linear(dim, 3 * dim)   # one matrix
        self.scale = 1 / math.sqrt(dim)

    def forward(self, x, mask=None):
        q, k, v = self.qkv(x).chunk(3, -1)
        scores = masked_scores(q @ k.transpose(-1, -2) * self.scale, mask)
        return F.softmax(scores, -1) @ v
        # trailing words that belong to forward


class CrossAttention(SelfAttention):
    def forward(self, x, context, mask=None):
        from .settings import DEPTH as depth

        logger.debug("depth %s", depth)
        q, k, v = self.qkv(x).chunk(3, -1)
        return F.softmax(masked_scores(q @ context.transpose(-1, -2), mask), -1) @ context
'''
LOSSES = """

# ------------------------------------------------------------------- losses


@register
class FocalLoss(nn.Module):
    def __init__(self, gamma: float = 2.0, reduce: "Callable" = torch.mean):
        super().__init__()
        self.gamma, self.reduce = gamma, reduce

    def forward(self, logits, target):
        p = torch.sigmoid(logits).clamp(EPS, 1 - EPS)
        return self.reduce(-((1 - p) ** self.gamma) * target * p.log())


@register
class DiceLoss(nn.Module):
    def forward(self, logits, target):
        p = torch.sigmoid(logits)
        return 1 - 2 * (p * target).sum() / ((p + target).sum() + EPS)
"""
MODEL = '''

class Block(nn.Module):
    def __init__(self, dim=WIDTH):
        super().__init__()
        self.attention = SelfAttention(dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x, mask=None):
        return self.norm(x + self.attention(x, mask))


class Model(nn.Module):
    """All of it."""

    def __init__(self, dim=WIDTH, depth=DEPTH):
        super().__init__()
        self.blocks = nn.ModuleList(Block(dim) for _ in range(depth))
        if accelerator is not None:
            accelerator.prepare(self)

    def forward(self, x, mask=None):
        for block in self.blocks:
            x = block(x, mask)
        return x


class _Hidden:
    kind = "private"
'''
MONOLITH = HEAD + ATTENTION + LOSSES + MODEL
CONSUMER = """import app.models as m
from app import models
from app.models import FocalLoss, Model, _Hidden, nn as layers

print(m.EPS, models.Block, FocalLoss(), Model, _Hidden.kind, layers.Linear)
"""
SETTINGS = "[tool.refactor-tools]\n"


def write_tree(root: Path, text: str = MONOLITH, **more: str) -> Path:
    """A package `app` with the monolith `models.py`, in a repository; `more` are files by path with "__" for "/"."""
    files = {
        "pyproject.toml": SETTINGS,
        "app/__init__.py": "",
        "app/settings.py": "WIDTH = 8\nDEPTH = 2\n",
        "app/models.py": text,
        "use.py": CONSUMER,
    } | {name.replace("__", "/") + ".py": content for name, content in more.items()}
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode())
    commit_all(root)
    return root
