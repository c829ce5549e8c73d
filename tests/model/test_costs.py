from dataclasses import replace

import pytest

from refactor_tools.model.costs import Measured, Speed, regressions

OLD = Measured(10.0, 1_000, 5, 8.0)


def speed(new: Measured, old: Measured = OLD, spread: float = 0.0) -> Speed:
    return Speed("call 0", old, new, spread)


@pytest.mark.parametrize(
    "found",
    [
        speed(OLD),
        speed(replace(OLD, milliseconds=10.2)),
        speed(replace(OLD, milliseconds=5.0, peak_bytes=10, kernels=1)),
        speed(replace(OLD, milliseconds=11.0), spread=0.1),
        speed(Measured(3.0, 0), Measured(0.9, 0)),
        speed(Measured(0.0, 0), Measured(0.0, 0)),
    ],
)
def test_what_is_no_worse_or_noise_is_no_finding(found: Speed) -> None:
    assert regressions(found, 1.02) == ()


def test_each_regression_is_told() -> None:
    assert regressions(speed(replace(OLD, milliseconds=10.3)), 1.02) == (
        "call 0: takes 1.030 times as long (1.02 is allowed, 0.0% is noise)",
    )
    assert regressions(speed(replace(OLD, milliseconds=11.1), spread=0.1), 1.02)
    assert regressions(speed(replace(OLD, peak_bytes=1_001, kernels=6)), 1.02) == (
        "call 0: holds 1,001 bytes at the peak, the original 1,000",
        "call 0: starts 6 kernels, the original 5",
    )


def test_the_limit_is_the_owners() -> None:
    slower = speed(replace(OLD, milliseconds=14.0))
    assert regressions(slower, 1.5) == ()
    assert regressions(slower, 1.3)
