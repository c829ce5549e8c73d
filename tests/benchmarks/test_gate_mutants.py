"""How outcomes are counted; the numbers themselves are the script's."""

import pytest

from benchmarks.gate_mutants import Outcome, by, main, share_caught
from refactor_tools.prove.assignments import Trial
from refactor_tools.prove.mutations.seeding import Mutant


def _outcomes(*trials: Trial, kind: str = "eps", component: str = "a/B") -> list[Outcome]:
    return [Outcome(component, Mutant(kind, "line 1: x", "pass"), trial) for trial in trials]


def test_equal_mutants_are_no_bugs() -> None:
    assert share_caught(_outcomes("caught", "equal", "survived", "caught", "caught"), ["a/B"]) == 0.75
    assert share_caught(_outcomes("equal"), ["a/B"]) == 1.0
    assert share_caught(_outcomes("survived"), ["other"]) == 1.0


def test_a_table_has_a_row_for_every_name_and_the_sum() -> None:
    outcomes = [*_outcomes("caught", "survived", "equal"), *_outcomes("equal", kind="device")]
    lines = by(outcomes, "Kind", lambda outcome: outcome.mutant.kind, ["eps", "device", "axis"]).splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["eps", "2", "1", "1", "0.500", "1", "0"],
        ["device", "0", "0", "0", "-", "0", "1"],
        ["axis", "0", "0", "0", "-", "0", "0"],
        ["all", "2", "1", "1", "0.500", "1", "1"],
    ]


@pytest.mark.slow
def test_the_gate_catches_the_bugs_of_a_component(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "MultiHeadAttention"]) == 0
    assert "athelas/MultiHeadAttention" in capsys.readouterr().out
