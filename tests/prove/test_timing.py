"""Measures of both sides: what does not depend on the device, and the whole way on a CPU."""

from dataclasses import replace

import pytest

from refactor_tools.model.proofs import Platform
from refactor_tools.prove.assignments import Assignment
from refactor_tools.prove.gate import measure_speed
from refactor_tools.prove.timing import interleaved, spread
from tests.prove.samples import POOL, POOL_COMPONENT, Library


def test_both_sides_take_turns_after_a_warm_up() -> None:
    ran: list[str] = []
    timed: list[str] = []

    def clock(run: object) -> float:
        assert callable(run)
        run()
        timed.append(ran[-1])
        return 1.0 if ran[-1] == "old" else 2.0

    old, new = interleaved(lambda: ran.append("old"), lambda: ran.append("new"), clock, rounds=2)
    assert timed == ["old", "new", "new", "old"] * 2
    assert ran[:4] == ["old", "new", "old", "new"]
    assert (old, new) == ([1.0] * 4, [2.0] * 4)


@pytest.mark.parametrize(
    ("times", "wanted"),
    [
        ([1.0] * 6, 0.0),
        ([1.0, 1.5] * 3, 0.5),
        ([1.5, 1.0] * 3, 0.5),
        ([0.0, 0.0], 0.0),
        ([1.0, 1.0, 9.0, 1.0, 1.0, 1.0], 0.0),
    ],
)
def test_the_spread_of_a_side_against_itself(times: list[float], wanted: float) -> None:
    assert spread(times) == pytest.approx(wanted)


def test_both_sides_are_measured(library: Library) -> None:
    task = replace(library(POOL_COMPONENT, POOL), platform=Platform("cpu", "float64"))
    (speed,) = measure_speed(Assignment(task, POOL))
    assert speed.label == "construction 0, call 0"
    assert speed.original.milliseconds > 0 < speed.component.milliseconds
    assert speed.original.peak_bytes == speed.component.peak_bytes > 0
    assert speed.original.kernels == speed.component.kernels == 0


def test_what_does_not_run_has_no_speed(library: Library) -> None:
    task = library(POOL_COMPONENT.replace("scores = self", "raise ValueError; scores = self"), POOL)
    assert measure_speed(Assignment(task, POOL)) == ()
    assert measure_speed(Assignment(library("import missing_package", POOL), POOL)) == ()
