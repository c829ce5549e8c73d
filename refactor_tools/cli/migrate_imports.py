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
    deliver,
    deliver_rendered,
    output_options,
    settings_for,
    tree_options,
    write_options,
)

if TYPE_CHECKING:
    from refactor_tools.api.relocating import Shims
    from refactor_tools.codemods.import_style import Style
    from refactor_tools.model.migrations import Migration
    from refactor_tools.settings import Settings


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
@click.option(
    "--move",
    nargs=2,
    metavar="OLD NEW",
    help="Move a module or package (dotted names or paths) with git, and let everything that names it follow.",
)
@click.option(
    "--shims",
    type=click.Choice(["none", "legacy"]),
    default="none",
    show_default=True,
    help="With --move: whether the old name goes on working, with a warning.",
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
    move: tuple[str, str] | None,
    shims: Shims,
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
      migrate-imports --move legacy.layers lib.layers --strings
    """
    from refactor_tools.api.migrate import migrate, write

    if bool(old) != bool(new):
        raise click.UsageError("--old and --new go together")
    if move and (old or paths or directory):
        raise click.UsageError("--move rewrites the whole tree; it goes without PATH, --directory, --old and --new")
    settings = settings_for(root)
    scope = [Path(os.path.abspath(path)) for path in (*paths, *([directory] if directory else []))]
    if move:
        from refactor_tools.api.relocating import relocate

        migration = relocate(settings, *_places(settings, move), strings=strings, style=style, shims=shims)
    else:
        migration = migrate(settings, scope, old=old, new=new, strings=strings, style=style)
    changes = migration.changes.effective
    if check:
        return FINDINGS if changes else CLEAN
    if diff:
        from refactor_tools.changes.preview import patch
        from refactor_tools.git import repository_prefix

        deliver(patch(migration.changes, repository_prefix(settings.root) or ""), output)
        return CLEAN
    written = not dry_run
    if written and changes:
        write(settings, migration, command=shlex.join(["migrate-imports", *sys.argv[1:]]), allow_dirty=allow_dirty)
    if not (old or move or quiet or any((settings.index / "keymaps").glob("*.json"))):
        click.echo("hint: no component has been extracted here yet; start with `extract-component NAME`", err=True)
    _show(migration, output_format, output, color, written=written)
    return CLEAN


def _places(settings: Settings, move: tuple[str, str]) -> tuple[str, str]:
    """Paths, which are relative to the current folder, as the tree names them; dotted names as they are."""
    from refactor_tools.scan.discover import relative_path

    old, new = (
        relative_path(settings.root, Path(os.path.abspath(name))) if "/" in name or name.endswith(".py") else name
        for name in move
    )
    return old, new


def _show(migration: Migration, output_format: str, output: Path | None, color: str, *, written: bool) -> None:
    from refactor_tools.report.migration import render, to_json

    if output_format == "json":
        deliver(to_json(migration, written=written), output)
        return
    deliver_rendered([render(migration, written=written)], output, color)
