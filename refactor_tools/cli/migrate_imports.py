"""`migrate-imports [PATH...]`."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refactor_tools.cli.common import (
    CLEAN,
    CONTEXT,
    FINDINGS,
    console,
    deliver,
    output_options,
    settings_for,
    tree_options,
    write_options,
)

if TYPE_CHECKING:
    from refactor_tools.codemods.import_style import Style
    from refactor_tools.model.migrations import Migration


@click.command("migrate-imports", context_settings=CONTEXT)
@click.argument("paths", nargs=-1, metavar="[PATH...]", type=click.Path(exists=True, path_type=Path))
@click.option("--old", metavar="TEXT", default="", help='An import to replace: "from a import X".')
@click.option("--new", metavar="TEXT", default="", help='What replaces it: "from b import X".')
@click.option(
    "--directory",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Rewrite the files in this folder; the same as naming it as PATH.",
)
@click.option("--strings", is_flag=True, help="Also rewrite strings, settings, documents and scripts that name them.")
@click.option(
    "--import-style",
    "style",
    type=click.Choice(["keep", "absolute", "relative"]),
    default="keep",
    show_default=True,
    help="How new imports name their module.",
)
@write_options
@output_options("text", "json")
@tree_options
def migrate_imports(
    paths: tuple[Path, ...],
    old: str,
    new: str,
    directory: Path | None,
    strings: bool,
    style: Style,
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
    """Let the files in PATH... (default: the whole tree) import extracted components from their new place.

    Where the old name is the same object, its imports are retargeted. Where it is an adapter, its calls are rewritten
    with it, provided that every use in the file is resolved; the others are listed with the reason.

    \b
    Examples:
      migrate-imports --dry-run
      migrate-imports src/ --diff
      migrate-imports --old "from a import X" --new "from b import X" --directory src/
    """
    from refactor_tools.api.migrate import migrate, write

    if bool(old) != bool(new):
        raise click.UsageError("--old and --new go together")
    settings = settings_for(root)
    scope = [Path(os.path.abspath(path)) for path in (*paths, *([directory] if directory else []))]
    migration = migrate(settings, scope, old=old, new=new, strings=strings, style=style)
    changes = migration.changes.effective
    if check:
        return FINDINGS if changes else CLEAN
    if diff:
        from refactor_tools.changes.preview import patch

        deliver(patch(migration.changes), output)
        return CLEAN
    written = not dry_run
    if written and changes:
        write(settings, migration, command=shlex.join(["migrate-imports", *sys.argv[1:]]), allow_dirty=allow_dirty)
    if not (old or quiet or any((settings.index / "keymaps").glob("*.json"))):
        click.echo("hint: no component has been extracted here yet; start with `extract-component NAME`", err=True)
    _show(migration, output_format, output, color, written=written)
    return CLEAN


def _show(migration: Migration, output_format: str, output: Path | None, color: str, *, written: bool) -> None:
    from refactor_tools.report.migration import render, to_json

    if output_format == "json":
        deliver(to_json(migration, written=written), output)
        return
    target = console(color if output is None else "never")
    with target.capture() as captured:
        target.print(render(migration, written=written))
    text = "\n".join(line.rstrip() for line in captured.get().splitlines())
    if output is None:
        click.echo(text, color=True)  # whether there is colour in it was decided by --color
    else:
        deliver(text, output)
