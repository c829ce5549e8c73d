"""`archive-legacy [PATH...]`."""

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
    from rich.console import RenderableType

    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.settings import Settings


@click.command("archive-legacy", context_settings=CONTEXT)
@click.argument("paths", nargs=-1, metavar="[PATH...]", type=click.Path(exists=True, path_type=Path))
@click.option("--used", is_flag=True, help="Archive the one PATH although it is used; its users import it from there.")
@click.option("--strings", is_flag=True, help="With --used: also rewrite strings, settings, documents and scripts.")
@write_options
@output_options("text", "json")
@tree_options
def archive_legacy(
    paths: tuple[Path, ...],
    used: bool,
    strings: bool,
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
    """Move what nothing uses any more to the archive folder, with git, and say there what replaced it.

    Looks at PATH... (default: the legacy folders of the settings, else the whole tree). A file with a shim stays, and
    so do scripts and tests unless they are named. The archive is the first folder of the setting `archive`.

    \b
    Examples:
      archive-legacy --dry-run
      archive-legacy legacy/old_models
      archive-legacy --used legacy/vrnn.py
    """
    from refactor_tools.api.archiving import archive, archive_used
    from refactor_tools.report import archive as report
    from refactor_tools.report import migration as migration_report
    from refactor_tools.scan.discover import relative_path

    settings = settings_for(root)
    wanted = [Path(os.path.abspath(path)) for path in paths]
    if used and len(wanted) != 1:
        raise click.UsageError("--used takes one PATH, a module or a package")
    rendered: list[RenderableType] = []
    written = not dry_run
    if used:
        found, migration = archive_used(settings, relative_path(settings.root, wanted[0]), strings=strings)
        rendered.append(migration_report.render(migration, written=written))
    else:
        found = archive(settings, wanted)
        rendered.append(report.render(found, written=written))
    if check:
        return FINDINGS if found.changes.effective else CLEAN
    if diff:
        _deliver_patch(settings, found.changes, output)
        return CLEAN
    if written:
        _write(settings, found.changes, allow_dirty=allow_dirty)
    if output_format == "json":
        deliver(report.to_json(found, written=written), output)
    else:
        deliver_rendered(rendered, output, color)
    return FINDINGS if found.named else CLEAN


def _write(settings: Settings, changes: ChangeSet, *, allow_dirty: bool) -> None:
    from refactor_tools.api.migrate import write_changes

    write_changes(settings, changes, shlex.join(["archive-legacy", *sys.argv[1:]]), allow_dirty=allow_dirty)


def _deliver_patch(settings: Settings, changes: ChangeSet, output: Path | None) -> None:
    from refactor_tools.changes.preview import patch
    from refactor_tools.git import repository_prefix

    deliver(patch(changes, repository_prefix(settings.root) or ""), output)
