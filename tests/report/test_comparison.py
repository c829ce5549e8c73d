"""What a comparison shows."""

import json
from dataclasses import replace

from rich.console import Console

from refactor_tools.model.comparisons import CallCost, Comparison, Distance
from refactor_tools.model.costs import Cost
from refactor_tools.model.proofs import Check, OriginalProof
from refactor_tools.report.comparison import comparison_json, comparison_markdown, render

COSTS = (CallCost("construction 0, call 0", "train", Cost(1_000, 64, 3), Cost(2_000, 96, 4), 0.001, 0.0025),)
SAME = Comparison(
    "A@HEAD", "A", OriginalProof("A@HEAD", "PROVED", (Check("equal bits", True),)), Distance(0.0, 0.0), COSTS
)
FAILED = OriginalProof(
    "A", "DIFFERENT", (Check("state keys", False, "b is new"), Check("kinds", False)), reason="state keys: b is new"
)
OTHER = Comparison("A", "b.py::B|C", FAILED, Distance(0.5, 0.25, 1.5))


def shown(comparison: Comparison) -> str:
    console = Console(width=80, record=True, file=open("/dev/null", "w"))  # noqa: SIM115 - recorded, not written
    console.print(render(comparison))
    return " ".join(console.export_text().split())


def test_text_has_verdict_distance_and_costs_of_both() -> None:
    text = shown(SAME)
    assert "A in the place of A@HEAD: PROVED" in text
    assert "apart by at most 0, relative 0" in text
    assert "FLOPs 1,000 2,000 peak bytes 64 96 operations 3 4 time (noisy) 1.00 ms 2.50 ms" in text
    assert "the original is" not in text


def test_a_difference_says_who_is_who_and_what_differs_once() -> None:
    text = shown(OTHER)
    assert "Below, the original is A and the component b.py::B|C." in text
    assert text.count("b is new") == 1
    assert "kinds differs" in text
    assert "apart by at most 0.5, relative 0.25; error against float64 1.5 times the first's" in text
    assert "noisy" not in text


def test_without_a_run_nothing_is_said_about_distance() -> None:
    assert "apart" not in shown(replace(OTHER, distance=None))


def test_json_has_schema_outcomes_and_numbers() -> None:
    document = json.loads(comparison_json(SAME))
    assert document["schema"] == 1
    assert document["outcomes"] == [{"name": "A", "outcome": "PROVED", "reason": ""}]
    assert document["costs"][0]["new"] == {"flops": 2000, "peak_bytes": 96, "operations": 4}
    assert document["distance"] == {"absolute": 0.0, "relative": 0.0, "error_ratio": None}
    assert json.loads(comparison_json(replace(OTHER, distance=None)))["distance"] is None


def test_infinity_is_a_text_in_json() -> None:
    document = json.loads(comparison_json(replace(OTHER, distance=Distance(float("inf"), float("inf")))))
    assert document["distance"] == {"absolute": "inf", "relative": "inf", "error_ratio": None}


def test_markdown_is_a_table_a_call() -> None:
    text = comparison_markdown(replace(OTHER, costs=COSTS))
    assert "|  | A | b.py::B\\|C |" in text
    assert "| FLOPs | 1,000 | 2,000 |" in text
    assert "## construction 0, call 0, train" in text
