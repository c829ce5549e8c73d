"""The classes that build an original are those of its own file."""

from pathlib import Path

import pytest

from refactor_tools.api.analyze import analyze
from refactor_tools.api.extraction.parents import with_parents
from refactor_tools.model.adapters import Adapter
from refactor_tools.model.proofs import Case, OriginalTask, ProofTask
from refactor_tools.settings import Settings

PART = """
from torch import nn


class Part(nn.Module):
    def forward(self, x):
        return x


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part()


class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = nn.Linear(2, 2)
"""
ELSEWHERE = """
from torch import nn
from part import Part


class Far(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "part.py").write_text(PART, encoding="utf-8")
    (tmp_path / "far.py").write_text(ELSEWHERE, encoding="utf-8")
    return tmp_path


def task(*originals: OriginalTask, kind: str = "class") -> ProofTask:
    return ProofTask("lib.Part", "lib", "Part", "class" if kind == "class" else "function", (), originals)


def test_parents_are_sliced_out_of_the_file_with_what_they_build(root: Path) -> None:
    analysis = analyze(Settings(root), [root])
    original = OriginalTask("part.py::Part", "Part", "", Adapter())
    ((parent,),) = (one.parents for one in with_parents(task(original), root, analysis).originals)
    assert parent.name == "Model"
    assert "class Part" in parent.source
    assert "class Other" not in parent.source


def test_what_has_a_case_or_is_a_function_needs_none(root: Path) -> None:
    analysis = analyze(Settings(root), [root])
    known = OriginalTask("part.py::Part", "Part", "", Adapter(), Case(question="what?"))
    assert with_parents(task(known), root, analysis) == task(known)
    function = task(OriginalTask("part.py::Part", "Part", "", Adapter()), kind="function")
    assert with_parents(function, root, analysis) == function


def test_a_file_that_is_gone_gives_none(root: Path) -> None:
    analysis = analyze(Settings(root), [root])
    (root / "part.py").unlink()
    original = OriginalTask("part.py::Part", "Part", "", Adapter())
    assert with_parents(task(original), root, analysis) == task(original)
