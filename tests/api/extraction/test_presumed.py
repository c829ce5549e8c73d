from collections.abc import Callable
from pathlib import Path

import pytest

from refactor_tools.api.analyze import analyze
from refactor_tools.api.extraction.presumed import Promising, ways
from refactor_tools.scan.tree import reader
from refactor_tools.settings import load_settings

PART = """from torch import nn


class Part(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.fc = nn.Linear(dim, dim)

    def forward(self, x):
        return {result}
"""
SUM = """

class Whole(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.part = Part(dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        return self.norm(x + self.part(x))
"""
RECURRENT = """

class Whole(nn.Module):
    def __init__(self, vocabulary, width):
        super().__init__()
        self.table = nn.Embedding(vocabulary, width)
        self.cell = nn.GRUCell(width, width)
        self.part = Part(width)

    def forward(self, ids, state):
        states = []
        for step in self.table(ids).unbind(1):
            state = self.cell(step, state)
            states.append(self.part(state))
        return states, state
"""
CONVOLVED = """

class Whole(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.convolution = nn.Conv2d(channels, channels, 3)
        self.part = Part(channels)

    def forward(self, image):
        batch, channels, *_ = image.shape
        found = self.convolution(image).relu_()
        return self.part(found.flatten(2).amax(-1)).view(batch, channels)
"""

Ask = Callable[..., tuple[Promising, ...]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """From the code of copies to what is promising of them; every copy has a part of its own."""

    def asked(*copies: str) -> tuple[Promising, ...]:
        (tmp_path / "legacy").mkdir()
        ids = []
        for name, copy in zip("abc", copies, strict=False):
            text = PART.format(result=f"self.fc(x) + {len(ids)}") + copy
            (tmp_path / f"legacy/{name}.py").write_text(text, encoding="utf-8")
            ids.append(f"legacy/{name}.py::Whole")
        settings = load_settings(tmp_path)
        return ways(ids, reader(tmp_path), settings, analyze(settings, [tmp_path / "legacy"]))

    return asked


def names(found: Promising) -> str:
    return "".join(sorted(identity.partition("/")[2][0] for identity in found.members))


def test_the_parts_are_made_first_where_both_ways_lead_to_all(ask: Ask) -> None:
    found = ask(SUM, SUM, SUM.replace("self.norm(x + self.part(x))", "self.norm(self.part(x))"))
    assert [(names(one), one.left_out, one.injected) for one in found] == [("abc", (), False), ("abc", (), True)]


def test_what_is_another_algorithm_is_left_out_with_the_reason(ask: Ask) -> None:
    first, *_ = ask(SUM, RECURRENT, SUM)
    assert names(first) == "ac"
    [(identity, reason)] = first.left_out
    assert identity == "legacy/b.py::Whole"
    assert reason


def test_where_nothing_goes_together_nobody_is_left_out(ask: Ask) -> None:
    [found] = ask(SUM, RECURRENT, CONVOLVED)
    assert (names(found), found.left_out, found.planned, found.injected) == ("abc", (), False, False)


def test_a_pair_is_not_divided(ask: Ask) -> None:
    assert [names(one) for one in ask(SUM, RECURRENT)] == ["ab"]
