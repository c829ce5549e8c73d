"""A tree with one component and one original, as an extraction leaves it but without its certificate."""

import os
from pathlib import Path

from refactor_tools.certificates.store import dump_keymap, keymap_path, original_name, original_path
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.components import KeyMap, OriginalRecord

ORIGINAL = """
import torch
from torch import nn


class Pool(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.score = nn.Linear(config.width, 1)

    def forward(self, x, mask=None):
        scores = self.score(x)
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        return torch.sum(torch.softmax(scores, dim=1) * x, dim=1)
"""
COMPONENT = """
import torch
from torch import Tensor, nn


class Pool(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.attention = nn.Linear(dim, 1)

    def forward(self, x: Tensor, *, mask: Tensor | None = None) -> Tensor:
        scores = self.attention(x)
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        weights = torch.softmax(scores, dim=1)
        return torch.sum(weights * x, dim=1)
"""
ID = "legacy/model.py::Pool"
LIBRARY_FILE = "components/pooling/pool.py"
ADAPTER = Adapter(
    init=(Argument("dim", "config.width"),),
    forward=(Argument("x", "x"), Argument("mask", "mask")),
    state=(("attention", "score"),),
)
KEYMAP = KeyMap(
    component="components.pooling.pool.Pool",
    module="components.pooling.pool",
    exported_from="components.pooling",
    name="Pool",
    kind="class",
    originals=(OriginalRecord(ID, "Pool", original_name(ORIGINAL), ADAPTER, "none"),),
)
FILES = {
    "pyproject.toml": "[tool.refactor-tools]\n",
    "components/__init__.py": "",
    "components/pooling/__init__.py": "from components.pooling.pool import Pool\n",
    LIBRARY_FILE: COMPONENT,
    keymap_path("Pool"): dump_keymap(KEYMAP),
    original_path(original_name(ORIGINAL)): ORIGINAL,
}


def write_tree(root: Path, files: dict[str, str] = FILES) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def edit(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new), encoding="utf-8")


def contents(root: Path) -> dict[str, bytes]:
    """Every file of the tree but the tools' own state."""
    return {
        os.path.relpath(path, root): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".refactor-tools" not in path.parts
    }
