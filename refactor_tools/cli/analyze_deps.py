"""`analyze-deps PATH...`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
)
from refactor_tools.errors import RefactorError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from refactor_tools.settings import Settings

KINDS = ("duplicates", "cycles", "hidden", "unresolved", "unused")


def _kinds(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, ...]:
    kinds = tuple(kind.strip() for kind in value.split(",") if kind.strip())
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        message = f"{unknown[0]!r} is not one of {', '.join(KINDS)}"
        raise click.BadParameter(message, context, parameter)
    return kinds


@click.command("analyze-deps", context_settings=CONTEXT)
@click.argument("paths", nargs=-1, metavar="PATH...", type=click.Path(path_type=Path))
@click.option(
    "--fail-on", metavar="KIND,...", default="", callback=_kinds, help=f"Exit 1 if any is found: {', '.join(KINDS)}."
)
@click.option("--jobs", type=click.IntRange(min=0), default=0, help="Processes; 0 (the default): one a core.")
@click.option("--no-cache", is_flag=True, help="Read every file anew and keep nothing in .refactor-tools/.")
@output_options("text", "json")
@tree_options
def analyze_deps(
    paths: tuple[Path, ...],
    fail_on: tuple[str, ...],
    jobs: int,
    no_cache: bool,
    output_format: str,
    output: Path | None,
    root: Path | None,
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Show what is duplicated in PATH..., what depends on what, and what is hidden.

    PATH is a file or folder of Python source (default: the current folder). Nothing of it is imported or run, and
    nothing in it is changed.

    \b
    Examples:
      analyze-deps legacy/
      analyze-deps legacy/ --output-format json -o report.json
      analyze-deps src/ --fail-on cycles,unresolved
    """
    from refactor_tools.api.analyze import analyze
    from refactor_tools.report.analysis_json import kinds_found, to_json

    settings, cached = _settings(root, paths or (Path(),))
    chosen = [Path(os.path.abspath(path)) for path in paths or (Path(),)]
    with _progress(color, quiet=quiet) as progress:
        analysis = analyze(settings, chosen, jobs=jobs, cache=cached and not no_cache, progress=progress)
    found = kinds_found(analysis)
    if output_format == "json":
        deliver(to_json(analysis, found), output)
    else:
        from refactor_tools.report.analysis import render

        _show(render(analysis, verbose=verbose), output, color)
    return FINDINGS if any(found[kind] for kind in fail_on) else CLEAN


def _settings(root: Path | None, paths: Sequence[Path]) -> tuple[Settings, bool]:
    """The tree's settings, and whether its state folder is ours to write.

    Without --root, paths outside the tree of the current folder are a tree of their own: its root is the folder that
    their packages are imported from, and it stays untouched.
    """
    for path in paths:
        if not path.exists():
            raise RefactorError("no such file or folder", str(path))
    settings = settings_for(root)
    places = [path.resolve() for path in paths]
    if root is not None or all(place.is_relative_to(settings.root) for place in places):
        return settings, True
    from refactor_tools.settings import load_settings

    folder = Path(os.path.commonpath([place if place.is_dir() else place.parent for place in places]))
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
    return load_settings(folder), False


@contextmanager
def _progress(color: str, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on stderr, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TextColumn("files"))
    with Progress(*columns, console=console(color, stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _show(report: RenderableType, output: Path | None, color: str) -> None:
    target = console(color if output is None else "never")
    with target.capture() as captured:
        target.print(report)
    text = "\n".join(line.rstrip() for line in captured.get().splitlines())
    if output is None:
        click.echo(text, color=True)  # whether there is colour in it was decided by --color
    else:
        deliver(text, output)
