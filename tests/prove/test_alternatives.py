"""Alternatives are run in children of their own: whatever they do ends as a verdict."""

from pathlib import Path

import pytest

from refactor_tools.model.comparisons import Definition
from refactor_tools.model.proofs import Call, Case, Construction, TensorSpec
from refactor_tools.prove.alternatives import Alternatives, compare_alternatives
from refactor_tools.prove.children import Limits

CASE = Case((Construction({}, {"B": 3, "D": 4}, (Call({"x": TensorSpec(("B", "D"))}),)),))
PLAIN = "def f(x):\n    return x.exp()\n"


def definition(folder: Path, text: str) -> Definition:
    folder.mkdir()
    (folder / "part.py").write_text(text)
    return Definition(folder.name, "part", "f", (str(folder),), str(folder / "part.py"))


@pytest.mark.parametrize(
    ("new", "verdict", "reason"),
    [
        (PLAIN, "PROVED", ""),
        ("def f(x):\n    return x.exp() + 0.5\n", "DIFFERENT", "x.exp() + 0.5"),
        ("def f(x):\n    raise ValueError('no')\n", "DIFFERENT", "raises ValueError: no"),
        ("import nothing_like_it\n", "DIFFERENT", "nothing_like_it"),
        ("import os\nos._exit(3)\n", "NOT_RUN", "exited with 3"),
        ("while True:\n    pass\n", "NOT_RUN", "timed out after 5 s"),
    ],
    ids=["same", "other", "raises", "no import", "exits", "hangs"],
)
def test_verdicts(tmp_path: Path, new: str, verdict: str, reason: str) -> None:
    asked = Alternatives(definition(tmp_path / "old", PLAIN), definition(tmp_path / "new", new), CASE)
    found = compare_alternatives(asked, Limits(seconds=5.0 if "while" in new else 60.0))
    assert found.proof.verdict == verdict, found.proof.reason
    assert reason in found.proof.reason
    assert (found.old, found.new) == ("old", "new")


def test_an_original_that_cannot_run_is_said_to_be_broken(tmp_path: Path) -> None:
    old = definition(tmp_path / "old", "def f(x):\n    raise ValueError('no')\n")
    found = compare_alternatives(Alternatives(old, definition(tmp_path / "new", PLAIN), CASE))
    assert found.proof.verdict == "LEGACY_BROKEN"


def test_without_inputs_there_is_a_question(tmp_path: Path) -> None:
    text = "def f(x):\n    return x['there is no such thing'].unheard_of()\n"
    old = definition(tmp_path / "old", text)
    found = compare_alternatives(Alternatives(old, definition(tmp_path / "new", PLAIN)))
    assert found.proof.verdict == "NOT_RUN"
    assert found.proof.reason.startswith("What does f take for x?")


def test_the_error_ratio_tells_the_less_exact_of_two(tmp_path: Path) -> None:
    rough = "def f(x):\n    return ((x * 1e3).to(x.dtype) / 1e3).half().to(x.dtype).exp()\n"
    asked = Alternatives(definition(tmp_path / "old", PLAIN), definition(tmp_path / "new", rough), CASE)
    found = compare_alternatives(asked).distance
    assert found is not None
    assert 1e-5 < found.relative < 1e-2
    assert found.error_ratio is not None
    assert found.error_ratio > 100
