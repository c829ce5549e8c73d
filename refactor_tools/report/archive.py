"""What went to the archive, for a terminal and as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from refactor_tools.model.archives import Archive
from refactor_tools.report.words import count

SCHEMA = 1


def render(archive: Archive, *, written: bool) -> RenderableType:
    """What goes where, what replaced it, what stays and why."""
    done = "archived" if written else "to archive"
    parts: list[RenderableType] = [Text(f"{count(len(archive.archived), 'file')} {done}", style="bold")]
    parts += _archived(archive)
    if archive.stays:
        parts += (Text(), Text("Stays", style="bold"))
        parts += (Text.assemble((item.path, "cyan"), f"  {item.reason}") for item in archive.stays)
    parts += (Text(notice, style="yellow") for notice in archive.notices)
    parts += (Text(), Text(_ending(archive, written=written), style="dim"))
    return Padding(Group(*parts), (0, 0, 0, 2))


def to_json(archive: Archive, *, written: bool) -> str:
    """The text of the report; `outcomes` has one row for each file that was looked at."""
    document = {
        "schema": SCHEMA,
        "outcomes": [
            *({"name": row.path, "outcome": "archived", "reason": ""} for row in archive.archived),
            *({"name": item.path, "outcome": "kept", "reason": item.reason} for item in archive.stays),
        ],
        "written": written and bool(archive.archived),
        "archived": [asdict(row) for row in archive.archived],
        "notices": list(archive.notices),
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _archived(archive: Archive) -> Iterator[RenderableType]:
    for row in archive.archived:
        yield Text.assemble((row.path, "cyan"), f" -> {row.new}")
        yield Text(f"    replaced by {', '.join(row.replaced)}" if row.replaced else "    nothing uses it", style="dim")


def _ending(archive: Archive, *, written: bool) -> str:
    if not archive.archived:
        return "Nothing to archive."
    return "Undo: refactor-tools undo" if written else "Nothing written. Run without --dry-run to write it."
