"""What a comparison of two definitions says: on the terminal, as JSON, as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

    from refactor_tools.model.comparisons import CallCost, Comparison, Distance

_NOISY = "Times are medians of interleaved runs and noisy; the other numbers are counted and exact."


def render(comparison: Comparison) -> RenderableType:
    """The verdict, how far the results are apart, and a table of the costs."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    parts: list[RenderableType] = [Text(line) for line in _lines(comparison)]
    if comparison.costs:
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
        for title in ("", *_titles(comparison)):
            table.add_column(title, overflow="fold", justify="right" if title else "left")
        for cost in comparison.costs:
            table.add_row(Text(f"{cost.call}, {cost.mode}", style="bold"))
            for row in _rows(cost):
                table.add_row(*(Text(cell) for cell in row))
        parts += [Text(""), table, Text(_NOISY, style="dim")]
    return Padding(Group(*parts), (0, 0, 0, 2))


def comparison_json(comparison: Comparison) -> str:
    """The comparison as JSON (schema 1)."""
    proof = comparison.proof
    document = {
        "schema": 1,
        "outcomes": [{"name": comparison.new, "outcome": proof.verdict, "reason": proof.reason}],
        "old": comparison.old,
        "new": comparison.new,
        "verdict": proof.verdict,
        "reason": proof.reason,
        "branches": proof.branches,
        "root": proof.root,
        "checks": [asdict(check) for check in proof.checks],
        "distance": _numbers(comparison.distance) if comparison.distance else None,
        "costs": [asdict(cost) for cost in comparison.costs],
    }
    return json.dumps(document, indent=2) + "\n"


def _numbers(distance: Distance) -> dict[str, float | str | None]:
    """JSON has no infinity, which is how far a NaN is from a number."""
    found: dict[str, float | None] = asdict(distance)
    return {name: value if value is None or isfinite(value) else str(value) for name, value in found.items()}


def comparison_markdown(comparison: Comparison) -> str:
    """The comparison as Markdown."""
    lines = ["# Comparison", "", *(f"- {_cell(line)}" for line in _lines(comparison))]
    for cost in comparison.costs:
        lines += ["", f"## {cost.call}, {cost.mode}", "", _row(("", *_titles(comparison))), _row(["---", "--:", "--:"])]
        lines += map(_row, _rows(cost))
    return "\n".join([*lines, *(["", _NOISY] if comparison.costs else [])]) + "\n"


def _titles(comparison: Comparison) -> tuple[str, str]:
    return comparison.old, comparison.new


def _lines(comparison: Comparison) -> Iterator[str]:
    proof = comparison.proof
    yield f"{comparison.new} in the place of {comparison.old}: {proof.verdict}"
    if proof.reason:
        yield f"Below, the original is {comparison.old} and the component {comparison.new}."
        yield proof.reason
    for check in proof.checks:
        if check.passed is False and not (check.detail and check.detail in proof.reason):
            yield f"{check.name} differs{f': {check.detail}' if check.detail else ''}"
    if comparison.distance is not None:
        far = comparison.distance
        ratio = "" if far.error_ratio is None else f"; error against float64 {far.error_ratio:.3g} times the first's"
        yield f"apart by at most {far.absolute:.3g}, relative {far.relative:.3g}{ratio}"


def _rows(cost: CallCost) -> Sequence[tuple[str, str, str]]:
    old, new = cost.old, cost.new
    return (
        ("FLOPs", f"{old.flops:,}", f"{new.flops:,}"),
        ("peak bytes", f"{old.peak_bytes:,}", f"{new.peak_bytes:,}"),
        ("operations", f"{old.operations:,}", f"{new.operations:,}"),
        ("time (noisy)", f"{cost.old_seconds * 1e3:.2f} ms", f"{cost.new_seconds * 1e3:.2f} ms"),
    )


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
