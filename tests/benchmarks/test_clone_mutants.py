"""Which mutants count as found, and which as named."""

import ast
from pathlib import Path

import pytest

from benchmarks.analysis import Family, Hole, Report
from benchmarks.clone_mutants import Planted, another_name, outcome_of, plant
from benchmarks.mutation.operators import Mutant
from benchmarks.mutation.subjects import Subject

PAIR = Planted("originals/file0.py::A", "mutants/file0.py::A")
OTHER = Planted("originals/file1.py::B", "mutants/file1.py::LegacyB")


def report(*holes: Hole, members: tuple[str, ...] = (PAIR.original, PAIR.mutant)) -> Report:
    return Report(4, 40, (), (Family("A", "class", "near", 0.9, members, holes, ""),))


def order(left: str, right: str, kind: str = "order") -> Hole:
    return Hole(kind, "forward", {PAIR.original: left, PAIR.mutant: right})


def test_found_is_who_stands_in_one_family() -> None:
    outcome = outcome_of(report(), [PAIR, OTHER])
    assert (outcome.recall.found, outcome.recall.total) == (1, 2)
    assert outcome.order.found == 0


@pytest.mark.parametrize(
    ("hole", "flagged"),
    [
        (order("norm -> +", "+ -> norm"), 1),
        (order("norm -> +", "norm -> +"), 0),
        (order("norm -> +", ""), 0),
        (order("norm -> +", "+ -> norm", kind="switch"), 0),
    ],
)
def test_named_is_a_difference_of_order_between_the_two(hole: Hole, flagged: int) -> None:
    assert outcome_of(report(hole), [PAIR, OTHER]).order.found == flagged


def test_an_order_of_others_does_not_count() -> None:
    third = Hole("order", "forward", {PAIR.original: "a -> b", "background/file3.py::C": "b -> a"})
    assert outcome_of(report(third), [PAIR]).order.found == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [("BertSelfOutput", "LegacySelfOutput"), ("MLPBlock", "LegacyBlock"), ("Attention", "LegacyAttention")],
)
def test_another_name_keeps_the_role(name: str, expected: str) -> None:
    assert another_name(name) == expected


def test_every_class_has_a_file_of_its_own(tmp_path: Path) -> None:
    module = ast.parse("class Part:\n    pass\n\n\nclass Whole:\n    part = Part\n\n\nclass Whole2:\n    pass\n")
    part, whole, changed = (node for node in module.body if isinstance(node, ast.ClassDef))
    changed.name = "Whole"
    original = Subject("a.py", whole, ast.parse("from torch import nn").body, {"Part": part, "Whole": whole})
    mutant = Mutant(original, Subject("a.py", changed, original.imports, original.neighbours))
    planted = plant(tmp_path, [mutant, mutant], [original])
    assert planted == [
        Planted("originals/file0.py::Whole", "mutants/file0.py::Whole"),
        Planted("originals/file1.py::Whole", "mutants/file1.py::LegacyWhole"),
    ]
    text = (tmp_path / "originals" / "file0.py").read_text(encoding="utf-8")
    assert text.startswith("from torch import nn")
    assert "class Part:" in text
    assert "class Part:" not in (tmp_path / "mutants" / "file0.py").read_text(encoding="utf-8")
    assert (tmp_path / "background" / "file0.py").exists()
