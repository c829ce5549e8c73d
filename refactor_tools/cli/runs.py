"""`undo`, `recover` and `history`: the journalled runs of a tree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refactor_tools.cli.common import CLEAN, CONTEXT, FINDINGS, deliver, output_options, settings_for, tree_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refactor_tools.changes.journal import Run, RunFile

_UNDO = """

\b
Examples:
  refactor-tools undo            take back the newest run
  refactor-tools undo 2 --diff   what taking back run 0002 would change
"""


@click.command("undo", context_settings=CONTEXT, epilog=_UNDO)
@click.argument("run_id", metavar="[ID]", required=False)
@click.option("--dry-run", is_flag=True, help="Say what would be taken back, write nothing.")
@click.option("--diff", is_flag=True, help="Print a patch for `git apply`; write nothing.")
@click.option("--check", is_flag=True, help="Print nothing and write nothing; exit 1 if something would change.")
@output_options("text", "json")
@tree_options
def undo(
    run_id: str | None,
    dry_run: bool,
    diff: bool,
    check: bool,
    output_format: str,
    output: Path | None,
    root: Path | None,
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Take a run back: its files get their bytes from before it, files that it made go.

    Without ID, the newest run that stands. Refused, with exit code 2, where a file has changed since; `history` lists
    the runs.
    """
    from refactor_tools.api import runs

    settings = settings_for(root)
    if not (dry_run or diff or check):
        run = runs.undo(settings, run_id)
    else:
        run, changes = runs.plan_undo(settings, run_id)
        if check:
            return FINDINGS if changes.effective else CLEAN
        if diff:
            deliver(runs.patch(settings, changes), output)
            return CLEAN
    deliver(_json([run]) if output_format == "json" else _undone(run, verbose, dry_run), output)
    return CLEAN


@click.command("recover", context_settings=CONTEXT, epilog="\b\nExample:\n  refactor-tools recover --root legacy/")
@output_options("text", "json")
@tree_options
def recover(output_format: str, output: Path | None, root: Path | None, quiet: bool, verbose: bool, color: str) -> int:
    """End a run that was killed: the tree is then as before it, or as after it, never between.

    Refused, with exit code 2, where one of its files was edited after the interruption.
    """
    from refactor_tools.api import runs

    found = runs.recover(settings_for(root))
    if output_format == "json":
        deliver(_json([found.run] if found.run else []), output)
    elif found.run is None:
        deliver("no run was interrupted", output)
    else:
        deliver(f"run {found.run.id} ({found.run.title}) was interrupted: the tree is as {found.side} it", output)
    return CLEAN


@click.command(
    "history", context_settings=CONTEXT, epilog="\b\nExample:\n  refactor-tools history --output-format json"
)
@output_options("text", "json")
@tree_options
def history(output_format: str, output: Path | None, root: Path | None, quiet: bool, verbose: bool, color: str) -> int:
    """List the runs that wrote to this tree, oldest first; with --verbose, their files too."""
    from refactor_tools.api import runs

    found = runs.history(settings_for(root))
    if output_format == "json":
        deliver(_json(found), output)
        return CLEAN
    lines = [line for run in found for line in _rows(run, verbose)]
    deliver("\n".join(lines) or "no run is journalled", output)
    if not quiet and any(run.interrupted for run in found):
        click.echo("a run is not finished: if none is going on, run `refactor-tools recover`", err=True)
    return CLEAN


def _undone(run: Run, verbose: bool, dry_run: bool) -> str:
    removed = sum(file.before is None for file in run.files)
    counts = f"{len(run.files) - removed} restored, {removed} removed"
    summary = f"run {run.id} ({run.title}) {'would be undone' if dry_run else 'is undone'}; files: {counts}"
    return "\n".join([summary, *(f"  {file.path}" for file in run.files if verbose)])


def _rows(run: Run, verbose: bool) -> list[str]:
    summary = f"{run.id}  {run.state.replace('-', ' '):<11}  files: {len(run.files):<4} {run.title}"
    return [summary, *(f"      {_change(file):<7}  {file.path}" for file in run.files if verbose)]


def _change(file: RunFile) -> str:
    if file.before is None:
        return "added"
    return "removed" if file.after is None else "changed"


def _json(runs: Sequence[Run]) -> str:
    document = {
        "schema": 1,
        "runs": [
            {
                "id": run.id,
                "title": run.title,
                "command": run.command,
                "state": run.state,
                "files": [{"path": file.path, "change": _change(file)} for file in run.files],
            }
            for run in runs
        ],
        "outcomes": [{"name": run.id, "outcome": run.state, "reason": run.title} for run in runs],
    }
    return json.dumps(document, indent=2)
