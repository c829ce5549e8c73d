"""`--shims none`: who used the old names uses the component, and no old name is left; or nothing is written."""

import subprocess
import sys
from pathlib import Path

import pytest

from refactor_tools.api.extract import extract
from refactor_tools.changes.transaction import apply
from refactor_tools.model.extraction import Extraction, ExtractionRequest
from refactor_tools.settings import load_settings

FIRST = """import torch
from torch import nn


class Scorer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.linear = nn.Linear(config.width, 1)
        self.norm = nn.LayerNorm(config.width)

    def forward(self, states):
        weights = torch.softmax(self.linear(states), dim=1)
        pooled = torch.sum(weights * states, dim=1)
        return self.norm(pooled).relu()


class First(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.scorer = Scorer(config)

    def forward(self, states):
        return self.scorer(states)
"""
SECOND = """import torch
from torch import nn


class Scorer(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.linear = nn.Linear(size, 1)
        self.norm = nn.LayerNorm(size)

    def forward(self, x):
        weights = torch.softmax(self.linear(x), dim=1)
        pooled = torch.sum(weights * x, dim=1)
        return self.norm(pooled).relu()


class Moved(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.norm = nn.LayerNorm(size)

    def forward(self, x):
        return self.norm(x).tanh()
"""
HOLDER = """

class Holder(nn.Module):
    def __init__(self):
        super().__init__()
        self.scorer = Scorer(3)

    def forward(self, x):
        return self.scorer(x)
"""
TRAIN = """from first import First
from second import Moved, Scorer

scorer = Scorer(4)
print(Moved(3))
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "legacy").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.refactor-tools]\nlegacy = ["legacy"]\n')
    for name, text in {"first": FIRST, "second": SECOND, "train": TRAIN}.items():
        (tmp_path / f"legacy/{name}.py").write_text(text)
    return tmp_path


def run(tree: Path, *names: str) -> Extraction:
    return extract(load_settings(tree), ExtractionRequest(names=names, prove=False, shims="none"))


def test_users_are_migrated_and_the_old_names_are_gone(tree: Path) -> None:
    extraction = run(tree, "Scorer", "Moved")
    assert extraction.complete, extraction.refused
    apply(tree, extraction.changeset, "extract-component")
    first = (tree / "legacy/first.py").read_text()
    second = (tree / "legacy/second.py").read_text()
    train = (tree / "legacy/train.py").read_text()
    assert "self.scorer = _Scorer(input_dim=config.width)" in first
    assert "class Scorer" not in first + second
    assert "_legacy" not in first + second
    assert "__getattr__" not in second
    assert "from first import First\n" in train
    assert "second" not in train
    done = subprocess.run(
        [sys.executable, "-W", "error", "legacy/train.py"],
        cwd=tree,
        env={"PYTHONPATH": str(tree), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    keymaps = [path.read_text() for path in sorted((tree / "component_index/keymaps").glob("*.json"))]
    assert all('"form": "none"' in text and '"alias"' not in text and '"adapted"' not in text for text in keymaps)


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ("TARGET = 'second.Moved'\n", "used by string"),
        ("import importlib\nfound = getattr(importlib.import_module('second'), 'Moved')\n", "imported by a string"),
        ("from second import *\nprint(Moved)\n", ""),
    ],
)
def test_a_user_that_cannot_follow_stops_the_run(tree: Path, user: str, words: str) -> None:
    (tree / "legacy/user.py").write_text(user)
    extraction = run(tree, "Moved")
    assert not extraction.changeset.effective
    assert [item.outcome for item in extraction.outcomes] == ["refused"]
    rows = [row for item in extraction.refused for row in item.refusal.details]
    assert any(row[0].startswith("legacy/user.py:") and words in row[2] for row in rows), rows


def test_saved_keys_that_would_change_stop_the_run(tree: Path) -> None:
    text = (tree / "legacy/second.py").read_text().replace("self.linear", "self.score")
    (tree / "legacy/second.py").write_text(text + HOLDER)
    extraction = run(tree, "Scorer")
    assert not extraction.changeset.effective
    assert "its saved keys would change" in str(extraction.refused[0].refusal.details)


def test_an_extraction_with_shims_leaves_users_alone(tree: Path) -> None:
    extraction = extract(load_settings(tree), ExtractionRequest(names=("Moved",), prove=False))
    assert "legacy/train.py" not in {change.path for change in extraction.changeset.effective}
