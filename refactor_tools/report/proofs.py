"""What a check of certificates says: on the terminal, as JSON, as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from refactor_tools.report.divergences import DivergenceView, divergence_document, divergence_markdown
from refactor_tools.report.explanations import explanation, extents, originals_of, sensitivity_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from refactor_tools.model.certificates import Checked
    from refactor_tools.model.divergences import Divergence

COLUMNS = ("component", "freshness", "verdict", "branches", "bugs caught")
_GOOD, _BAD = "green", "red"


def render(checked: Sequence[Checked], *, verbose: bool = False) -> RenderableType:
    """A table of the components, then what is to be known of each that failed or drifted.

    What keeps a component on a lower rung than PROVED is always said; with `verbose` also for which sizes it is proved.
    """
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    parts: list[RenderableType] = [Padding(_table(checked), (0, 0, 0, 2))]
    for item in checked:
        lines = _said(item, verbose=verbose)
        if lines:
            style = "bold" if item.passed else f"bold {_BAD}"
            parts += [Text(""), Text(f"  {item.name}", style=style)]
            parts += [Padding(Text(line.strip()), (0, 0, 0, 4 + _indent(line))) for line in lines]
        for divergence in _divergences(item):
            parts += [Text(""), Padding(DivergenceView(divergence), (0, 0, 0, 4))]
    return Group(*parts)


def _table(checked: Sequence[Checked]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for title in COLUMNS:
        table.add_column(title, overflow="fold", header_style="bold", no_wrap=title != "component")
    for item in checked:
        name, *cells = _cells(item)
        style = _GOOD if item.passed else _BAD
        table.add_row(Text(name), *(Text(cell, style=style if number < 2 else "") for number, cell in enumerate(cells)))
    return table


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def checked_json(checked: Sequence[Checked], files: Sequence[str]) -> str:
    """The check as JSON (schema 1); `files` are the paths that were written."""
    document = {
        "schema": 1,
        "outcomes": [
            {"name": item.name, "outcome": item.status.freshness, "reason": item.status.reason} for item in checked
        ],
        "certificates": [_document(item) for item in checked],
        "files": list(files),
    }
    return json.dumps(document, indent=2) + "\n"


def checked_markdown(checked: Sequence[Checked]) -> str:
    """The check as Markdown, for a summary page."""
    lines = ["# Equivalence", "", _row(COLUMNS), _row(["---"] * len(COLUMNS))]
    lines += [_row([_code(name), *cells]) for name, *cells in map(_cells, checked)]
    for item in checked:
        said = _said(item)
        if said:
            lines += ["", f"## {item.name}", "", *(f"- {_in_line(line)}" for line in said)]
        for divergence in _divergences(item):
            lines += ["", *divergence_markdown(divergence)]
    return "\n".join(lines) + "\n"


def _cells(item: Checked) -> tuple[str, ...]:
    """One row of the table."""
    sensitivity = sensitivity_of(item)
    return (
        item.name,
        item.status.freshness,
        item.status.verdict or "-",
        _branches(item) or "-",
        f"{sensitivity.caught} of {sensitivity.seeded}" if sensitivity else "-",
    )


def _said(item: Checked, *, verbose: bool = False) -> list[str]:
    more = extents(item) if verbose or item.status.verdict != "PROVED" else ()
    return [*explanation(item, divergences_follow=True), *more]


def _divergences(item: Checked) -> Iterator[Divergence]:
    for original in item.proof.originals if item.proof else ():
        if original.divergence is not None:
            yield original.divergence


def _branches(item: Checked) -> str:
    """ "reached/all" of each original that counts otherwise, "none" where `forward` runs straight through."""
    counts = dict.fromkeys(original.branches for original in originals_of(item) if original.branches)
    return ", ".join("none" if count == "0/0" else count for count in counts)


def _document(item: Checked) -> dict[str, object]:
    sensitivity = sensitivity_of(item)
    return {
        "name": item.name,
        "component": item.status.component,
        "freshness": item.status.freshness,
        "verdict": item.status.verdict,
        "passed": item.passed,
        "reason": item.status.reason,
        "originals": [
            {
                "id": original.id,
                "verdict": original.verdict,
                "branches": original.branches,
                "reason": original.reason,
                "checks": [
                    {"name": check.name, "passed": check.passed, "detail": check.detail} for check in original.checks
                ],
                "divergence": divergence_document(getattr(original, "divergence", None)),
            }
            for original in originals_of(item)
        ],
        "sensitivity": None
        if sensitivity is None
        else {
            "seeded": sensitivity.seeded,
            "caught": sensitivity.caught,
            "equal_roots": sensitivity.equal_roots,
            "survivors": list(sensitivity.survivors),
        },
    }


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_in_line(cell) for cell in cells)} |"


def _code(text: str) -> str:
    return f"`{text}`"


def _in_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
