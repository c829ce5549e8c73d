"""The figures of a report, from a tree of a few lines."""

from pathlib import Path

import pytest

from benchmarks import truth
from benchmarks.accuracy import family_finder, figures, jscpd_finders, known_truth, most_forms
from benchmarks.analysis import Definition, Family, Report
from benchmarks.jscpd import Mapped
from benchmarks.truth import TruePair

CLASS = "class {name}:\n    def run(self, x):\n        return x {operator} 1\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, operator in (("A", "+"), ("B", "+"), ("C", "*"), ("D", "-")):
        (tmp_path / f"{name.lower()}.py").write_text(CLASS.format(name=name, operator=operator), encoding="utf-8")
    return tmp_path


def family(*names: str, likeness: str = "near") -> Family:
    return Family(names[0], "class", likeness, 0.9, tuple(f"{name.lower()}.py::{name}" for name in names), None, "")


def report(*families: Family) -> Report:
    definitions = [
        Definition(f"{name.lower()}.py::{name}", "class", f"{name.lower()}.py", 1, 3, True) for name in "ABCD"
    ]
    return Report(4, 12, tuple(definitions), families)


@pytest.fixture
def few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [
        TruePair("class", "a.py::A", "b.py::B", "exact"),
        TruePair("class", "a.py::A", "gone.py::X", "exact"),
        TruePair("method", "c.py::C.run", "d.py::D.run", "near"),
    ]
    monkeypatch.setattr(truth, "annotated", lambda: pairs)
    monkeypatch.setattr(truth, "unmarked", lambda: [TruePair("class", "c.py::C", "d.py::D", "multi")])


@pytest.mark.usefixtures("few_pairs")
def test_what_is_not_in_the_tree_is_missing_and_not_missed(tree: Path) -> None:
    known = known_truth(tree)
    assert [pair.source for pair in known.missing] == ["gone.py::X"]
    assert figures(report(family("A", "B")), known, tree)["classes"] == 1.0


@pytest.mark.usefixtures("few_pairs")
def test_a_method_is_found_by_its_class_or_by_itself(tree: Path) -> None:
    known = known_truth(tree)
    methods = Family("run", "method", "near", 0.9, ("c.py::C.run", "d.py::D.run"), None, "")
    assert figures(report(family("A", "B")), known, tree)["methods"] == 0.0
    assert figures(report(family("C", "D")), known, tree)["methods"] == 1.0
    assert figures(report(methods), known, tree) == {
        "classes": 0.0,
        "functions": 1.0,
        "methods": 1.0,
        "near": 0.0,
        "near@24000": 0.0,
        "near@48000": 0.0,
        "largest": 2,
        "largest-near": 2,
        "largest-near-forms": 2,
    }


def test_exact_families_are_no_near_ones(tree: Path) -> None:
    found = figures(report(family("A", "B", "C", likeness="exact"), family("C", "D")), known_truth(tree), tree)
    assert (found["largest"], found["largest-near"]) == (3, 2)


def test_forms_are_fewer_than_members(tree: Path) -> None:
    members = [family(*names).members for names in ("ABC", "CD", "AB")]
    assert most_forms(members, tree) == 2
    assert most_forms([*members, family(*"ABCD").members], tree) == 3
    assert most_forms([], tree) == 0


def test_readings_of_jscpd_from_strict_to_loose() -> None:
    one, more = ("a.py::A", "b.py::B"), ("b.py::B", "c.py::C")
    classes = Mapped({one}, {one, more})
    finders = jscpd_finders(classes, Mapped(set(), set()), Mapped(set(), {("a.py::A.run", "x.py::X.run")}))
    pairs = [
        TruePair("class", *one, "exact"),
        TruePair("class", *more, "exact"),
        TruePair("class", "a.py::A", "c.py::C", "exact"),
    ]
    assert [finder.recall(pairs) for finder in finders] == pytest.approx([1 / 3, 2 / 3, 1])
    method = [TruePair("method", "a.py::A.run", "x.py::X.run", "exact")]
    assert [finder.recall(method) for finder in finders] == [0, 1, 1]
    assert family_finder([family("A", "B")]).recall(pairs) == pytest.approx(1 / 3)
