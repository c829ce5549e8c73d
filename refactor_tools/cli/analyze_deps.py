"""`analyze-deps PATH...`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refactor_tools.cli.analysis_options import Asked, analysis_options
from refactor_tools.cli.common import (
    CLEAN,
    CONTEXT,
    FINDINGS,
    deliver,
    deliver_rendered,
    output_options,
    printable,
    settings_for,
    tree_options,
)
from refactor_tools.cli.progress import progress_bar
from refactor_tools.errors import RefactorError
from refactor_tools.scan.collection import collected_later

if TYPE_CHECKING:
    from refactor_tools.api.news import Reports
    from refactor_tools.model.analysis import Analysis
    from refactor_tools.settings import Settings

_EXAMPLES = """

\b
Examples:
  analyze-deps legacy/
  analyze-deps legacy/ --output-format json -o report.json
  analyze-deps legacy/ --map migration_map.yaml
  analyze-deps src/ --fail-on cycles,unresolved
  analyze-deps src/ --fail-on duplicates,drift --baseline deps_baseline.json
  analyze-deps src/ --fail-on duplicates,drift,cycles --since origin/main
  analyze-deps src/ --scheduler tcp://10.0.0.5:8786
"""


@click.command("analyze-deps", context_settings=CONTEXT, epilog=_EXAMPLES)
@click.argument("paths", nargs=-1, metavar="PATH...", type=click.Path(path_type=Path))
@analysis_options
@output_options("text", "json")
@tree_options
@collected_later()
def analyze_deps(
    paths: tuple[Path, ...],
    output_format: str,
    output: Path | None,
    root: Path | None,
    quiet: bool,
    verbose: bool,
    color: str,
    **options: Any,
) -> int:
    """Show what is duplicated in PATH..., what depends on what, and what is hidden.

    PATH is a file or folder of Python source (default: the current folder). Nothing of it is imported or run, and
    nothing in it is changed. What a .gitignore leaves out is left out here, and counted; a PATH that is named is always
    read.

    With --since or --baseline the text shows what is new (--verbose: everything), and --fail-on counts only that. Drift
    is a copy that changed while the others of its family did not.
    """
    asked = Asked(**options)
    _require_sense(asked)
    settings, cached = _settings(root, paths or (Path(),))
    chosen = [Path(os.path.abspath(path)) for path in paths or (Path(),)]
    with ExitStack() as stack:
        progress = stack.enter_context(progress_bar(color, quiet=quiet))
        analysis, reports = _analyze(settings, chosen, asked, stack, cache=cached and not asked.no_cache, say=progress)
    if asked.map is not None:
        _write_map(settings, analysis, asked.map, force=asked.force, quiet=quiet)
    if not quiet:
        _say(analysis, reports, verbose=verbose)
    found = reports.found(analysis)
    if output_format == "json":
        from refactor_tools.report.analysis_json import to_json

        deliver(to_json(analysis, found, since=reports.since, baseline=reports.baseline), output)
    else:
        _show(analysis, reports, output, color, verbose=verbose)
    return FINDINGS if any(found[kind] for kind in asked.fail_on) else CLEAN


def _require_sense(asked: Asked) -> None:
    if "drift" in asked.fail_on and asked.since is None and asked.baseline is None:
        raise click.UsageError("drift shows only against an earlier state: add --baseline FILE or --since REV")
    if asked.force and asked.map is None:
        raise click.UsageError("--force is about --map FILE")
    if asked.map is not None:
        from refactor_tools.api.migration_map import require_unedited

        require_unedited(asked.map, force=asked.force)


def _analyze(
    settings: Settings, paths: Sequence[Path], asked: Asked, stack: ExitStack, *, cache: bool, say: Any
) -> tuple[Analysis, Reports]:
    from refactor_tools.api.analyze import NEAR_PROPOSALS, analyze
    from refactor_tools.api.news import compared, require_known

    require_known(settings, asked.since, asked.baseline)
    jobs = asked.jobs
    if asked.scheduler is not None:
        from refactor_tools.scan.cluster import on_cluster

        jobs = stack.enter_context(on_cluster(asked.scheduler))
    unsaid = None if asked.map is not None else NEAR_PROPOSALS
    near = asked.proposals if not isinstance(asked.proposals, str) else unsaid
    analysis = analyze(settings, paths, jobs=jobs, cache=cache, progress=say, near_proposals=near)
    return analysis, compared(settings, paths, analysis, asked.since, asked.baseline, jobs=jobs)


def _write_map(settings: Settings, analysis: Analysis, file: Path, *, force: bool, quiet: bool) -> None:
    from refactor_tools.api.migration_map import write_map
    from refactor_tools.report.words import count

    proposal = write_map(settings, analysis, file, force=force)
    if not quiet:
        apart = f", {count(len(proposal.keep_apart), 'family', 'families')} kept apart" if proposal.keep_apart else ""
        click.echo(printable(f"{file}: {count(len(proposal.rows), 'component')} proposed{apart}"), err=True)


def _say(analysis: Analysis, reports: Reports, *, verbose: bool) -> None:
    from refactor_tools.report.words import count

    if verbose:
        files = count(len(analysis.scan.files), "file")
        click.echo(f"read {files} in {analysis.scan.seconds:.1f} s of {analysis.seconds:.1f} s", err=True)
    baseline = reports.baseline
    if baseline is not None and baseline.created:
        accepted = count(baseline.accepted, "finding")
        click.echo(printable(f"{baseline.path}: written; it accepts {accepted}"), err=True)
    elif baseline is not None and baseline.removed:
        removed = count(baseline.removed, "finding")
        click.echo(printable(f"{baseline.path}: {removed} vanished and taken out"), err=True)


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


def _show(analysis: Analysis, reports: Reports, output: Path | None, color: str, *, verbose: bool) -> None:
    from refactor_tools.report.analysis import render

    rendered = render(analysis, verbose=verbose, since=reports.since, baseline=reports.baseline)
    deliver_rendered([rendered], output, color)
