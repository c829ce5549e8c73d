"""Originals are drawn as they would be extracted, and shares are of what could be tried."""

from pathlib import Path

from benchmarks.case_search import Result, classes_of, details, figures, row, searched, systems
from refactor_tools.model.adapters import Adapter
from refactor_tools.model.proofs import OriginalTask
from refactor_tools.prove.children import Limits

SOURCE = """
import torch
from torch import nn

SCALE = 2


class Part(nn.Module):
    def forward(self, x):
        return x * SCALE if x.device.type != "meta" else x


class NoModule:
    pass
"""


def result(name: str, question: str = "", missing: tuple[str, ...] = (), *, importable: bool = True) -> Result:
    return Result(name, question, 3, missing, 2, 5, 0.5, importable)


RESULTS = [
    result("a"),
    result("b", missing=("b line 3 (true)",)),
    result("c", "what is x?"),
    result("d", "no module", importable=False),
]


def test_classes_with_a_forward_are_sliced(tmp_path: Path) -> None:
    (tmp_path / "part.py").write_text(SOURCE, encoding="utf-8")
    (original,) = classes_of(tmp_path / "part.py", tmp_path)
    assert original.id == "part.py::Part"
    assert "SCALE = 2" in original.source
    assert "NoModule" not in original.source


def test_a_search_tells_what_it_found_and_what_it_did_not_reach() -> None:
    found = searched(OriginalTask("part.py::Part", "Part", SOURCE, Adapter()), (), Limits(seconds=60))
    assert (found.question, len(found.missing)) == ("", 1)
    assert found.trials >= 1
    assert found.calls >= found.constructions >= 1
    absent = OriginalTask("part.py::Part", "Part", "import no_such_package_here\n", Adapter())
    assert not searched(absent, (), Limits(seconds=60)).importable


def test_shares_are_of_what_could_be_tried() -> None:
    assert figures("some", RESULTS) == {"some found": 2 / 3, "some complete": 0.5}
    assert row("some", RESULTS)[:4] == ["some", "3", "0.666", "0.500"]
    assert row("none", [])[1:3] == ["0", "0.000"]


def test_what_was_not_found_or_reached_is_named() -> None:
    lines = list(details(RESULTS))
    assert lines == ["b: not reached: b line 3 (true)", "c: what is x?", "d: no module"]


def test_the_bundled_systems_have_originals() -> None:
    for subject in systems(()):
        assert subject.originals
        assert all(original.case is None and original.source for original in subject.originals)
