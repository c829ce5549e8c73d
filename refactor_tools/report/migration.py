"""A migration of imports for a terminal, and as JSON."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from refactor_tools.model.migrations import ON_REQUEST, Kept, Migration, NamedInString, Rewritten
from refactor_tools.report.words import count

SCHEMA = 1


def render(migration: Migration, *, written: bool) -> RenderableType:
    """What was rewritten, what stays on its old name and why, and how to undo it."""
    parts: list[RenderableType] = [Text(_summary(migration, written=written), style="bold")]
    moved = [change for change in migration.changes.effective if change.moved_from]
    if moved:
        parts += (Text(), Text("Moved", style="bold"))
        parts += (Text.assemble((change.moved_from, "cyan"), f" -> {change.path}") for change in moved)
    if migration.rewritten:
        changes = [(item.path, item.line, _change(item)) for item in migration.rewritten]
        parts += (Text(), Text("Rewritten", style="bold"), *_by_file(changes))
    if migration.kept:
        reasons = [(item.path, item.line, Text(_why(item))) for item in migration.kept]
        parts += (Text(), Text("Kept on the old name", style="bold"), *_by_file(reasons))
    listed = [item for item in migration.strings if item.reason]
    if len(listed) < len(migration.strings):
        texts = [(item.path, item.line, _string(item)) for item in migration.strings if not item.reason]
        parts += (Text(), Text("Rewritten in strings and documents", style="bold"), *_by_file(texts))
    if listed:
        texts = [(item.path, item.line, _string(item)) for item in listed]
        parts += (Text(), Text("Named in strings and documents, not rewritten", style="bold"), *_by_file(texts))
    parts += (Text(), Text(_ending(migration, written=written), style="dim"))
    return Padding(Group(*parts), (0, 0, 0, 2))


def to_json(migration: Migration, *, written: bool) -> str:
    """The text of the report; `outcomes` has one row for each file that changes and each import that stays."""
    files = [change.path for change in migration.changes.effective]
    document = {
        "schema": SCHEMA,
        "outcomes": [
            *({"name": path, "outcome": "rewritten", "reason": ""} for path in files),
            *({"name": f"{kept.path}:{kept.line}", "outcome": "kept", "reason": _why(kept)} for kept in migration.kept),
        ],
        "written": written and bool(files),
        "files": files,
        "moved": [
            {"old": change.moved_from, "new": change.path}
            for change in migration.changes.effective
            if change.moved_from
        ],
        "rewritten": [asdict(item) for item in migration.rewritten],
        "kept": [asdict(item) for item in migration.kept],
        "strings": [asdict(item) for item in migration.strings],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _summary(migration: Migration, *, written: bool) -> str:
    files = count(len(migration.changes.effective), "file")
    spans = count(len(migration.rewritten) + sum(not item.reason for item in migration.strings), "place")
    done = "rewritten" if written else "to rewrite"
    return f"{spans} {done} in {files}, {len(migration.kept):,} kept on the old name"


def _by_file(rows: Iterable[tuple[str, int, Text]]) -> Iterator[RenderableType]:
    """Each file's name, and below it what happens at which line."""
    for path, group in groupby(rows, key=lambda row: row[0]):
        yield Text(path, style="cyan")
        grid = Table.grid(padding=(0, 2))
        grid.add_column(justify="right", width=6, style="dim")
        grid.add_column(overflow="fold")
        for _, line, text in group:
            grid.add_row(str(line), text)
        yield grid


def _change(item: Rewritten) -> Text:
    return Text.assemble(("- ", "red"), _one_line(item.old), "\n", ("+ ", "green"), _one_line(item.new))


def _string(item: NamedInString) -> Text:
    if not item.reason:
        return Text.assemble(("- ", "red"), item.old, "\n", ("+ ", "green"), item.new)
    reason = f"-> {item.new} with --strings" if item.reason == ON_REQUEST else item.reason
    return Text.assemble(item.old, (f"  {reason}", "dim"))


def _ending(migration: Migration, *, written: bool) -> str:
    files = len(migration.changes.effective)
    if not files:
        return "Nothing to write."
    if not written:
        return "Nothing written. Run without --dry-run to write it."
    return f"Written {count(files, 'file')}. Undo: refactor-tools undo"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _why(kept: Kept) -> str:
    return f"{kept.name}: {kept.reason}"
