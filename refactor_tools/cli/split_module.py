"""`split-module FILE`."""

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
    from refactor_tools.model.splits import Split, SplitRequest
    from refactor_tools.settings import Settings

EPILOG = """\b
Examples:
  split-module legacy/models.py --dry-run
  split-module legacy/models.py --dry-run --map-out models.yaml
  split-module legacy/models.py --map models.yaml
"""


@click.command("split-module", context_settings=CONTEXT, epilog=EPILOG)
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--map",
    "map_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Divide as this YAML says: new file -> list of names.",
)
@click.option("--map-out", type=click.Path(dir_okay=False, path_type=Path), help="Write the division as such a map.")
@click.option(
    "--into",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the new files go. Default: FILE becomes a package; a script stays, its parts go to FILE_parts/.",
)
@click.option("--no-prove", is_flag=True, help="Do not import the module before and after.")
@click.option("--commit", is_flag=True, help="Commit the files that were written, and nothing else.")
@write_options
@output_options("text", "json")
@tree_options
def split_module(
    file: Path,
    map_file: Path | None,
    map_out: Path | None,
    into: Path | None,
    no_prove: bool,
    commit: bool,
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
    """Divide FILE into files of one concept each, none longer than the settings' max-lines.

    Definitions move byte for byte with their decorators and comments. FILE hands out all its old names, so that no
    importer changes. The module is imported before and after, in children; nothing is written if the two differ.
    """
    from refactor_tools.api.split import split_module as divide
    from refactor_tools.api.split import write

    settings = settings_for(root or (None if _in_here(file) else file.parent))
    division = divide(settings, _request(settings, file, map_file, into, prove=not no_prove))
    changes = division.changes.effective
    outcome = FINDINGS if division.refusal is not None else CLEAN
    if map_out is not None and division.map_text:
        deliver(division.map_text, map_out)
    if check:
        return FINDINGS if changes else outcome
    if diff:
        from refactor_tools.api.runs import patch

        deliver(patch(settings, division.changes), output)
        return outcome
    written = bool(changes) and not dry_run
    if written:
        command = shlex.join(["split-module", *sys.argv[1:]])
        write(settings, division, command=command, allow_dirty=allow_dirty, commit=commit)
    _show(division, output_format, output, color, written=written)
    return outcome


def _in_here(file: Path) -> bool:
    return Path(os.path.abspath(file)).is_relative_to(Path.cwd())


def _request(settings: Settings, file: Path, map_file: Path | None, into: Path | None, *, prove: bool) -> SplitRequest:
    from refactor_tools.api.files import read_file
    from refactor_tools.model.splits import SplitRequest
    from refactor_tools.splitting.split_map import load_split_map

    files: dict[str, tuple[str, ...]] = {}
    if map_file is not None:
        files = load_split_map(read_file(map_file) or "", str(map_file))
    return SplitRequest(
        file=_below(settings.root, file),
        files=tuple(files.items()),
        into=_below(settings.root, into) if into is not None else "",
        prove=prove,
    )


def _below(root: Path, path: Path) -> str:
    place = Path(os.path.abspath(path))
    if not place.is_relative_to(root):
        raise click.UsageError(f"{path} lies outside the root {root}")
    return place.relative_to(root).as_posix()


def _show(division: Split, output_format: str, output: Path | None, color: str, *, written: bool) -> None:
    from refactor_tools.report.splits import render, to_json

    if output_format == "json":
        deliver(to_json(division, written=written), output)
        return
    deliver_rendered([render(division, written=written)], output, color)
