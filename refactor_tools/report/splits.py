"""A division of a file for a terminal, and as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from refactor_tools.model.splits import Split
from refactor_tools.report.words import count, listed

SCHEMA = 1
_NAMES, _STAYING = 6, 12


def render(division: Split, *, written: bool) -> RenderableType:
    """The new files with what goes into them, what stays and why, what was shown, and how to undo it."""
    if division.refusal is not None:
        return Group(*_refused(division))
    parts: list[RenderableType] = [Text(_summary(division), style="bold")]
    if division.parts:
        parts.append(Padding(_table(division), (1, 0, 1, 2), expand=False))
    if division.staying:
        parts.append(_list("stays", [f"{item.name} (line {item.line}): {item.reason}" for item in division.staying]))
    if division.notices:
        parts.append(_list("note", division.notices))
    if division.parts:
        parts.append(Text(_proof(division), style="green" if division.verdict == "SAME" else "yellow"))
    parts.append(Text(_ending(division, written=written)))
    return Group(*parts)


def _summary(division: Split) -> str:
    if not division.parts:
        return f"{division.source}: {count(division.lines, 'line')}, not divided"
    folder = division.parts[0].path.rpartition("/")[0]
    files = count(len(division.parts), "new file")
    return f"{division.source}: {count(division.lines, 'line')} -> {files} in {folder or '.'}/"


def _table(division: Split) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("file", no_wrap=True)
    table.add_column("lines", justify="right")
    table.add_column("names", overflow="fold", ratio=2)
    table.add_column("imports", overflow="fold")
    for part in division.parts:
        table.add_row(part.path.rpartition("/")[2], str(part.lines), listed(part.names, _NAMES), " ".join(part.imports))
    table.add_row(division.facade.rpartition("/")[2], str(division.facade_lines), "hands out all names", "")
    return table


def _list(label: str, lines: "tuple[str, ...] | list[str]") -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for line in lines[:_STAYING]:
        table.add_row(label, Text(line))
    if len(lines) > _STAYING:
        table.add_row(label, Text(f"and {len(lines) - _STAYING} more"))
    return table


def _proof(division: Split) -> str:
    static = "every definition has the same syntax tree under its old name"
    if division.verdict == "SAME":
        return f"SAME: {static}; imported before and after, the module shows the same"
    if division.verdict == "NOT_RUN":
        return (
            f"NOT_RUN: {division.reason}. Shown without running: {static}. Install what is missing and run the tests."
        )
    return f"Shown without running: {static}"


def _refused(division: Split) -> Iterator[RenderableType]:
    assert division.refusal is not None
    yield Text(f"{division.source}: refused: {division.refusal.reason}", style="bold")
    for detail in division.refusal.details:
        yield Padding(Text(" ".join(detail)), (0, 0, 0, 2))
    yield Text("Nothing was written.")


def _ending(division: Split, *, written: bool) -> str:
    files = len(division.changes.effective)
    if not files:
        return "Nothing to write."
    if not written:
        return f"Would write {count(files, 'file')}. Nothing was written."
    return f"Written {count(files, 'file')}. Undo: refactor-tools undo"


def to_json(division: Split, *, written: bool) -> str:
    """The document described in docs/splitting.md."""
    refused = division.refusal is not None
    outcome = "refused" if refused else "divided" if division.parts else "unchanged"
    reason = division.refusal.reason if division.refusal is not None else division.reason
    document = {
        "schema": SCHEMA,
        "outcomes": [{"name": division.source, "outcome": outcome, "reason": reason}],
        "written": written,
        "verdict": division.verdict,
        "facade": division.facade,
        "files": [change.path for change in division.changes.effective],
        "parts": [asdict(part) for part in division.parts],
        "staying": [asdict(item) for item in division.staying],
        "notices": list(division.notices),
        "differences": [list(detail) for detail in division.refusal.details] if division.refusal is not None else [],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)
