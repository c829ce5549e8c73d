"""Limits on the command line: kept, missed, and never silently passed over."""

import argparse

import pytest

from benchmarks.limits import Limit, limit, missed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("classes>=0.995", Limit("classes", True, 0.995)),
        ("largest-near <= 120", Limit("largest-near", False, 120)),
        ("near@24000>=.7", Limit("near@24000", True, 0.7)),
    ],
)
def test_written_as_a_comparison(text: str, expected: Limit) -> None:
    assert limit(text) == expected


@pytest.mark.parametrize("text", ["classes", "classes=1", "classes>1", ">=1", "classes>=", "classes>=1.2.3"])
def test_anything_else_is_an_error(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a limit"):
        limit(text)


def test_the_limit_itself_is_kept() -> None:
    limits = [limit("recall>=0.5"), limit("time<=2")]
    assert missed(limits, {"recall": 0.5, "time": 2.0}) == []


def test_a_missed_limit_is_named_with_what_was_measured() -> None:
    limits = [limit("recall>=0.5"), limit("time<=2")]
    assert missed(limits, {"recall": 0.4999, "time": 2.1}) == [
        "missed: recall >= 0.5, measured 0.4999",
        "missed: time <= 2, measured 2.1",
    ]


def test_a_figure_that_was_not_measured_keeps_no_limit() -> None:
    assert missed([limit("recal>=0")], {"recall": 1.0}) == ["not measured: recal >= 0 (measured: recall)"]
