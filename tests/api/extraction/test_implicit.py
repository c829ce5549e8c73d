"""Classes that write a component out build it instead: what they save and load stays, and what is not proven stays."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from refactor_tools.api.analyze import analyze
from refactor_tools.api.check import check
from refactor_tools.api.extract import extract
from refactor_tools.api.extraction.implicit import Inlining
from refactor_tools.api.extraction.scratch import scratch_copy
from refactor_tools.api.tasks import read_keymaps
from refactor_tools.changes.transaction import apply
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.changes import ChangeSet
from refactor_tools.model.extraction import ExtractedComponent, ExtractionRequest
from refactor_tools.settings import Settings, load_settings
from tests.extraction_tree import SETTINGS, contents

COMPONENTS = """import torch
from torch import nn
import torch.nn.functional as F


class AttentionPooling(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.attention = nn.Linear(width, 1)

    def forward(self, states, mask=None):
        scores = self.attention(states)
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        return torch.sum(F.softmax(scores, dim=1) * states, dim=1)


class FeedForward(nn.Module):
    def __init__(self, dim, hidden, dropout=0.1):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.act = nn.GELU()
        self.drop = nn.Dropout(dropout)
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(self.drop(self.act(self.fc1(x))))
"""
# A layer that is made between the parts: its random numbers would come later.
HOLDERS = '''"""Models."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Classifier(nn.Module):
    """Reads a text."""

    def __init__(self, words=50, width=16, classes=3):
        super().__init__()
        self.embed = nn.Embedding(words, width)
        # how much a word counts
        self.score = nn.Linear(width, 1)  # a number
        self.head = nn.Linear(width, classes)

    def forward(self, tokens, mask=None):
        hidden = self.embed(tokens)
        energy = self.score(hidden)
        if mask is not None:
            energy = energy.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        weights = torch.softmax(energy, dim=1)
        pooled = (weights * hidden).sum(dim=1)
        return self.head(pooled)


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.net = nn.Sequential(
            nn.Linear(width, 2 * width),
            nn.GELU(),
            nn.Dropout(0.1),
            nn.Linear(2 * width, width),
        )
        self.up = nn.Linear(width, width)
        self.middle = nn.Dropout(0.5)
        self.down = nn.Linear(width, width)

    def forward(self, x):
        x = x + self.net(self.norm(x))
        h = F.gelu(self.up(x))
        h = self.middle(h)
        return x + self.down(h)


class Mixed(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.up = nn.Linear(width, 2 * width)
        self.act = nn.GELU()
        self.gate = nn.Linear(width, width)
        self.drop = nn.Dropout(0.1)
        self.down = nn.Linear(2 * width, width)

    def forward(self, x):
        return torch.sigmoid(self.gate(x)) * self.down(self.drop(self.act(self.up(x))))


class Watched(nn.Module):
    def __init__(self, words, width):
        super().__init__()
        self.embed = nn.Embedding(words, width)
        self.score = nn.Linear(width, 1)
        self.head = nn.Linear(width, width)

    def forward(self, tokens, mask=None):
        hidden = self.embed(tokens)
        energy = self.score(hidden)
        if mask is not None:
            energy = energy.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        weights = torch.softmax(energy, dim=1)
        return self.head(torch.sum(weights * hidden, dim=1))


class Parent(nn.Module):
    def __init__(self, words, width):
        super().__init__()
        self.embed = nn.Embedding(words, width)
        self.score = nn.Linear(width, 1)
        self.head = nn.Linear(width, width)

    def forward(self, tokens, mask=None):
        hidden = self.embed(tokens)
        energy = self.score(hidden)
        if mask is not None:
            energy = energy.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        weights = torch.softmax(energy, dim=1)
        return self.head(torch.sum(weights * hidden, dim=1))


class Child(Parent):
    def scores(self, states):
        return self.score(states)
'''
WATCHING = "from models import Watched\n\nmodel = Watched(9, 4)\nprint(model.score.weight)\n"
SAVE = """import sys
import torch
from models import Block, Classifier

torch.manual_seed(0)
models = {"block": (Block(8).eval(), torch.randn(2, 3, 8)), "text": (Classifier(), torch.arange(6).reshape(2, 3))}
for name, (model, data) in models.items():
    torch.save({"model": model, "state": model.state_dict(), "data": data, "out": model(data)}, sys.argv[1] + name)
"""
LOAD = """import copy
import sys
import torch
from models import Block, Classifier

for name, make in (("block", lambda: Block(8).eval()), ("text", Classifier)):
    saved = torch.load(sys.argv[1] + name, weights_only=False)
    fresh = make()
    fresh.load_state_dict(saved["state"], strict=True)
    for model in (saved["model"], fresh, copy.deepcopy(saved["model"])):
        assert list(model.state_dict()) == list(saved["state"]), name
        assert torch.equal(model(saved["data"]), saved["out"]), name
        assert [n for n, _ in model.named_parameters()] == [n for n, _ in fresh.named_parameters()], name
    assert not saved["model"].up.training if name == "block" else saved["model"].score.training
"""


@dataclass(frozen=True)
class Extracted:
    """A tree in which the components are made; `before` is the tree as it was."""

    settings: Settings
    before: Path
    analysis: Analysis
    components: tuple[ExtractedComponent, ...]


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Extracted:
    folders = [tmp_path_factory.mktemp("before"), tmp_path_factory.mktemp("after")]
    for root in folders:
        (root / "legacy").mkdir()
        (root / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
        (root / "legacy/parts.py").write_text(COMPONENTS, encoding="utf-8")
        (root / "legacy/models.py").write_text(HOLDERS, encoding="utf-8")
        (root / "watch.py").write_text(WATCHING, encoding="utf-8")
    settings = load_settings(folders[1])
    analysis = analyze(settings, [folders[1] / "legacy"], proposals=False)
    made = extract(settings, ExtractionRequest(names=("AttentionPooling", "FeedForward"), prove=False))
    apply(settings.root, made.changeset, "extract-component")
    return Extracted(settings, folders[0], analysis, made.components)


@pytest.fixture(scope="module")
def inlining(extracted: Extracted) -> Iterator[Inlining]:
    """What the run makes of all classes, applied to the tree."""
    with scratch_copy(extracted.settings) as scratch:
        request = ExtractionRequest(names=(), implicit=True)
        keymaps = read_keymaps(scratch.root)
        run = Inlining(scratch, request, extracted.analysis, keymaps, lambda _: None)
        run.run(extracted.components)
        apply(extracted.settings.root, ChangeSet("replace", scratch.changes()), "extract-component")
        yield run


def test_what_is_replaced(inlining: Inlining, extracted: Extracted) -> None:
    replaced = {item.holder: item for item in inlining.replaced}
    assert set(replaced) == {"legacy/models.py::Block", "legacy/models.py::Classifier"}
    assert replaced["legacy/models.py::Block"].members == ("net", "feed_forward")
    assert replaced["legacy/models.py::Classifier"].state_maps == (("attention_pooling.attention", "score"),)
    assert {item.verdict for item in inlining.replaced} <= {"PROVED", "PROVED_ON_PATHS"}
    text = (extracted.settings.root / "legacy/models.py").read_text(encoding="utf-8")
    assert (
        '''class Classifier(_legacy.Holder, nn.Module):
    """Reads a text."""

    _old_names = {"attention_pooling.attention": "score"}
    _new_parts = {"attention_pooling": _AttentionPooling}

    def __init__(self, words=50, width=16, classes=3):
        super().__init__()
        self.embed = nn.Embedding(words, width)
        # how much a word counts
        self.attention_pooling = _AttentionPooling(width)  # a number
        self.head = nn.Linear(width, classes)

    def forward(self, tokens, mask=None):
        hidden = self.embed(tokens)
        pooled = self.attention_pooling(hidden, mask)
        return self.head(pooled)
'''
        in text
    )


def test_what_is_left_and_why(inlining: Inlining) -> None:
    left = {item.holder.partition("::")[2]: (item.verdict, item.reason) for item in inlining.left}
    assert set(left) == {"Mixed", "Watched", "Parent"}
    verdict, reason = left["Mixed"]
    assert (verdict, reason.partition(" gate.weight")[0]) == (
        "DIFFERENT",
        "not proven equal: state keys: construction 0: at place 2 the original has",
    )
    assert left["Watched"] == ("", "`score` is used outside of the class (watch.py:4)")
    assert left["Parent"] == ("", "legacy/models.py::Child inherits from it, and may read its members")


def test_what_is_left_is_as_it_was(inlining: Inlining, extracted: Extracted) -> None:
    text = (extracted.settings.root / "legacy/models.py").read_text(encoding="utf-8")
    assert text.endswith(HOLDERS[HOLDERS.index("class Mixed") :])
    records = sorted(path.stem for path in (extracted.settings.root / "component_index/keymaps").iterdir())
    assert records == ["AttentionPooling", "Block@legacy-models", "Classifier@legacy-models", "FeedForward"]


def test_the_gate_knows_the_classes(inlining: Inlining, extracted: Extracted) -> None:
    names = [item.record for item in inlining.replaced]
    report = check(extracted.settings, names)
    assert [(item.status.freshness, item.passed) for item in report.checked] == [("FRESH", True)] * 2


@pytest.mark.usefixtures("inlining")
def test_old_checkpoints_and_pickles_load(extracted: Extracted, tmp_path: Path) -> None:
    def run(root: Path, code: str) -> None:
        environment = {"PYTHONPATH": f"{root}:{root / 'legacy'}", "PATH": ""}
        command = [sys.executable, "-W", "ignore", "-c", code, f"{tmp_path}/"]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    run(extracted.before, SAVE)
    run(extracted.settings.root, LOAD)


@pytest.mark.usefixtures("inlining")
def test_a_change_of_the_class_is_noticed(extracted: Extracted) -> None:
    path = extracted.settings.root / "legacy/models.py"
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(text.replace("return self.head(pooled)", "return self.head(pooled) + 1"), encoding="utf-8")
        (checked,) = check(extracted.settings, ["Classifier@legacy-models"]).checked
    finally:
        path.write_text(text, encoding="utf-8")
    assert (checked.status.freshness, checked.passed) == ("STALE", False)


def test_without_a_proof_nothing_is_replaced(extracted: Extracted) -> None:
    before = contents(extracted.settings.root)
    with scratch_copy(extracted.settings) as scratch:
        request = ExtractionRequest(names=(), prove=False, implicit=True)
        run = Inlining(scratch, request, extracted.analysis, read_keymaps(scratch.root), lambda _: None)
        run.run([item for item in extracted.components if item.name == "FeedForward"])
        assert not scratch.changes()
    assert run.replaced == []
    assert {item.reason for item in run.left} <= {
        "nothing is replaced without a proof",
        "components took the place of other copies in it in an earlier run",
    }
    assert contents(extracted.settings.root) == before
