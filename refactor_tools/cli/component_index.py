"""`component-index`: builds, checks and searches the index of a library."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refactor_tools.cli.common import (
    CLEAN,
    CONTEXT,
    FINDINGS,
    deliver,
    output_options,
    settings_for,
    tree_options,
    write_options,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refactor_tools.catalogue.search import Hit
    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.settings import Settings

WIDTH = 80
_NEXT = "Next: component-index search TEXT, or open component_index/README.md"
_FRESH = "component_index/ is as it should be"
_EXAMPLES = """

\b
Examples:
  component-index                       write component_index/
  component-index check                 exit 1 where it has drifted
  component-index search "padded text"  find a component by what it does
"""


@click.command("component-index", context_settings=CONTEXT, epilog=_EXAMPLES)
@click.argument("action", type=click.Choice(["build", "search", "check"]), default="build")
@click.argument("text", nargs=-1)
@write_options
@output_options("text", "json", "markdown")
@tree_options
def component_index(
    action: str,
    text: tuple[str, ...],
    dry_run: bool,
    diff: bool,
    check: bool,
    allow_dirty: bool,
    output_format: str,
    output: Path | None,
    root: Path | None,
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Write, check or search `component_index/`, the catalogue of the library: a page a component, and JSON."""
    if bool(text) != (action == "search"):
        raise click.UsageError("search needs a TEXT" if action == "search" else f"{action} takes no TEXT")
    settings = settings_for(root)
    if action == "search":
        return _search(settings, " ".join(text), output_format, output)
    if action == "check" or check:
        return _check(settings, output_format, output)
    return _build(settings, dry_run, diff, allow_dirty, output_format, output)


def _build(
    settings: Settings, dry_run: bool, diff: bool, allow_dirty: bool, output_format: str, output: Path | None
) -> int:
    from refactor_tools.api import index

    changes = index.build_index(settings)
    if diff:
        from refactor_tools.changes.preview import patch

        deliver(patch(changes), output)
        return CLEAN
    if not dry_run:
        from refactor_tools.changes.dirty import require_clean
        from refactor_tools.changes.transaction import apply

        require_clean(settings.root, [change.path for change in changes.effective], allow_dirty)
        apply(settings.root, changes, "component-index")
    if output_format == "markdown":
        deliver(_entry_page(changes), output)
    elif output_format == "json":
        deliver(_document([(path, outcome, "") for path, outcome in index.drift(changes)]), output)
    else:
        deliver(_built(changes, index.drift(changes), dry_run), output)
    return CLEAN


def _check(settings: Settings, output_format: str, output: Path | None) -> int:
    from refactor_tools.api import index

    found = index.check_index(settings)
    if output_format == "json":
        deliver(_document([(path, outcome, "") for path, outcome in found]), output)
    else:
        bullet = "- " if output_format == "markdown" else "  "
        lines = [f"{bullet}{path} ({outcome})" for path, outcome in found]
        head = f"{_files(len(found))} not as component-index would write:" if found else _FRESH
        deliver("\n".join([head, *lines, "Next: component-index" if found else _NEXT]), output)
    return FINDINGS if found else CLEAN


def _search(settings: Settings, text: str, output_format: str, output: Path | None) -> int:
    from refactor_tools.api import index

    hits = index.search_index(settings, text)
    if output_format == "json":
        deliver(_document([(hit.record.name, "found", f"{_why(hit)}; {hit.record.path}") for hit in hits]), output)
    elif output_format == "markdown":
        rows = [f"| {h.record.name} | `{h.record.path}` | {_cell(h.record.doc.summary)} | {_why(h)} |" for h in hits]
        deliver("\n".join(["| Component | File | What it does | Found by |", "|---|---|---|---|", *rows]), output)
    else:
        deliver(_hits(hits, text), output)
    return CLEAN


def _hits(hits: Sequence[Hit], text: str) -> str:
    if not hits:
        return f'No component holds a word of "{text}".\nNext: component_index/README.md lists them all'
    lines: list[str] = []
    for hit in hits:
        record = hit.record
        lines += textwrap.wrap(f"{record.name}  {hit.score:g}  {_why(hit)}", WIDTH, subsequent_indent="  ")
        lines += textwrap.wrap(
            record.doc.summary or record.doc.title, WIDTH, initial_indent="  ", subsequent_indent="  "
        )
        lines.append(f"  from {record.exported_from} import {record.name}")
    best = hits[0].record
    return "\n".join([*lines, f"Next: component_index/pages/{best.name}.md"])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _why(hit: Hit) -> str:
    return ", ".join(f"{word} in {field}" for word, field in hit.matches)


def _built(changes: ChangeSet, drift: Sequence[tuple[str, str]], dry_run: bool) -> str:
    pages = sum(change.path.endswith(".md") and change.after is not None for change in changes.files) - 1
    count = f"{pages} component{'s' * (pages != 1)}"
    if not drift:
        return f"{_FRESH}: {count}\n{_NEXT}"
    outcomes = {"missing": "new", "changed": "changed", "left over": "removed"}
    lines = [f"  {path} ({outcomes[outcome]})" for path, outcome in drift]
    if dry_run:
        return "\n".join([f"{count}; would write {_files(len(drift))}:", *lines, "Next: component-index"])
    return "\n".join([f"{count}; wrote {_files(len(drift))}:", *lines, _NEXT])


def _entry_page(changes: ChangeSet) -> str:
    return next(c.after.decode() for c in changes.files if c.path.endswith("/README.md") and c.after is not None)


def _document(outcomes: Sequence[tuple[str, str, str]]) -> str:
    rows = [{"name": name, "outcome": outcome, "reason": reason} for name, outcome, reason in outcomes]
    return json.dumps({"schema": 1, "outcomes": rows}, indent=2)


def _files(count: int) -> str:
    return f"{count} file{'s' * (count != 1)}"
