import sys
from pathlib import Path

import pytest

from benchmarks import unify_yield
from benchmarks.unify_families import ListedFamily
from benchmarks.unify_outcomes import FamilyOutcome
from benchmarks.unify_yield import chosen, outcome, run_limited

FAMILIES = (
    ListedFamily("one==1.0", "Pool", "simple", ("one/a.py::Pool", "one/b.py::Mean")),
    ListedFamily("one==1.0", "Norm", "other", ("one/a.py::Norm", "one/b.py::Norm")),
    ListedFamily("two==2.0", "Pool", "other", ("two/a.py::Pool", "two/b.py::Pool")),
)


@pytest.mark.parametrize(
    ("package", "name", "rule", "expected"),
    [
        ("", "", "", [0, 1, 2]),
        ("one", "", "", [0, 1]),
        ("two==2.0", "", "", [2]),
        ("", "Pool", "", [0, 2]),
        ("", "one/b.py::Mean", "", [0]),
        ("one", "", "other", [1]),
        ("two", "Norm", "", []),
    ],
)
def test_options_choose_families(package: str, name: str, rule: str, expected: list[int]) -> None:
    assert chosen(FAMILIES, package, name, rule) == expected


def test_a_command_has_a_time_limit() -> None:
    assert run_limited([sys.executable, "-c", "print(1)"], 60.0)[:2] == (0, "1\n")
    assert run_limited([sys.executable, "-c", "import time; time.sleep(60)"], 0.2)[0] is None


def test_a_family_that_ends_its_process_has_no_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(unify_yield, "run_limited", lambda command, seconds: (1, "", "Traceback\nValueError: no\n"))
    found = outcome(0, FAMILIES[0], {"one==1.0": tmp_path}, 1.0)
    assert found == FamilyOutcome("one==1.0", "Pool", "simple", 2, "no answer", reason="ValueError: no")
