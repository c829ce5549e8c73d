"""The known copies: every pair is accounted for, in the tree or not."""

from collections import Counter
from pathlib import Path

from benchmarks.places import Span, spans
from benchmarks.truth import TruePair, annotated, split, unmarked

SOURCE = """
class A:
    def run(self):
        def inner(): ...

try:
    from fast import f
except ImportError:
    def f(x):
        return x
"""


def test_the_files_hold_what_their_readme_says() -> None:
    assert Counter(pair.kind for pair in annotated()) == {"class": 1068, "function": 409, "method": 695}
    assert len(unmarked()) == 104
    assert all("::" in name for pair in (*annotated(), *unmarked()) for name in pair.names)


def test_definitions_are_found_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOURCE, encoding="utf-8")
    found = spans(tmp_path, ["a.py::A", "a.py::A.run", "a.py::f", "a.py::inner", "a.py::A.run.inner", "b.py::A"])
    assert found == {"a.py::A": Span("a.py", 2, 4), "a.py::A.run": Span("a.py", 3, 4), "a.py::f": Span("a.py", 9, 10)}


def test_pairs_that_are_not_in_the_tree_are_handed_back() -> None:
    here, gone = TruePair("class", "a", "b", "near"), TruePair("class", "a", "c", "near")
    assert split([here, gone], {"a", "b"}) == ([here], [gone])
