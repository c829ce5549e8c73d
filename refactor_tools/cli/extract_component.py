"""`extract-component NAME...`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from refactor_tools.cli.common import (
    CLEAN,
    CONTEXT,
    FINDINGS,
    console,
    deliver,
    echo_coloured,
    output_options,
    settings_for,
    tree_options,
    without_trailing,
    write_options,
)

if TYPE_CHECKING:
    from rich.console import Console

    from refactor_tools.model.extraction import Extraction
    from refactor_tools.settings import Settings

EPILOG = """\b
Examples:
  extract-component AttentionPooling ResidualBlock
  extract-component AttentionPooling --dry-run
  extract-component TextProjection --members legacy/lstm.py::TextProjection --as LSTMEncoder
  extract-component AttentionPooling --diff | git apply
  extract-component --map migration_map.yaml
  extract-component AttentionPooling --dry-run --explain
"""


@click.command("extract-component", context_settings=CONTEXT, epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--in",
    "paths",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Where to look. Default: the settings' legacy folders, else the root.",
)
@click.option("--library", help="The library's folder. Default: the settings', else components.")
@click.option("--package", help="The library's dotted name. Default: found from its folder.")
@click.option("--category", default="", help="The component's category. Default: by its name and parts.")
@click.option("--module", default="", help="The component's file name. Default: its name.")
@click.option(
    "--as", "rename", default="", metavar="NAME", help="What the component is called. Default: as the copies."
)
@click.option("--members", default="", metavar="PATH::Class,...", help="The copies, where a name has several meanings.")
@click.option(
    "--map",
    "agreed",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Follow a migration map; with NAMEs only those rows, with --all the rest of the modules, too.",
)
@click.option("--all", "everything", is_flag=True, help="Every module but application models, parts first.")
@click.option("--keep-going", is_flag=True, help="Write what was proven even if another name was refused.")
@click.option(
    "--explain",
    is_flag=True,
    help="Show the copies line by line and what was tried; with -o as Markdown in that file.",
)
@click.option("--no-prove", is_flag=True, help="Write without a proof; the index says so.")
@click.option(
    "--shims",
    type=click.Choice(["legacy", "none"]),
    help="none: migrate who uses the old names, and leave none. Default: the settings', else legacy.",
)
@click.option(
    "--bootstrap-path", is_flag=True, help="Let legacy scripts find the library: one marked line in their shims."
)
@click.option(
    "--implicit/--no-implicit",
    default=True,
    help="Put the component in the place of copies that are written out inside larger classes, where that is proven.",
)
@click.option("--commit", is_flag=True, help="Commit exactly the files that are written.")
@click.option("--no-tests", is_flag=True, help="Write no test of the component.")
@write_options
@output_options("text", "json")
@tree_options
def extract_component(
    names: tuple[str, ...],
    paths: tuple[Path, ...],
    library: str | None,
    package: str | None,
    category: str,
    module: str,
    rename: str,
    members: str,
    agreed: Path | None,
    everything: bool,
    keep_going: bool,
    explain: bool,
    no_prove: bool,
    shims: Literal["legacy", "none"] | None,
    bootstrap_path: bool,
    implicit: bool,
    no_tests: bool,
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
    """Make one component of the copies called NAME, leave shims in their places, and prove that nothing changed.

    NAME is a class or a function, bare or as PATH::Name. Nothing is written that was not proven; everything is written
    in one transaction, which `refactor-tools undo` takes back.
    """
    from refactor_tools.api.extract import extract
    from refactor_tools.api.migration_map import read_map
    from refactor_tools.changes.commit import require_committable, require_committed
    from refactor_tools.model.extraction import ExtractionRequest

    if not names and not everything and agreed is None:
        raise click.UsageError("name what to extract, or use --all or --map; `analyze-deps` shows what is duplicated")
    decided = {"--category": category, "--module": module, "--as": rename, "--members": members}
    given = [option for option, value in decided.items() if value]
    if agreed is not None and given:
        raise click.UsageError(f"{', '.join(given)} cannot be given with --map: the map says it for each component")
    if commit and (dry_run or diff or check):
        raise click.UsageError("--commit writes; --dry-run, --diff and --check do not")
    settings = _settings(root, library, package)
    if commit:
        require_committable(settings.root)
    request = ExtractionRequest(
        names=names,
        paths=tuple(path.resolve() for path in paths),
        category=category,
        module=module,
        rename=rename,
        members=tuple(part.strip() for part in members.split(",") if part.strip()),
        prove=not no_prove,
        tests=not no_tests,
        keep_going=keep_going,
        everything=everything,
        explain=explain,
        agreed=None if agreed is None else read_map(agreed),
        shims=shims or ("none" if settings.shims == "none" else "legacy"),
        bootstrap=bootstrap_path,
        implicit=implicit,
    )
    stderr = console(color, stderr=True)
    with _Status(stderr, quiet=quiet, verbose=verbose) as say:
        extraction = extract(settings, request, say)
    outcome = CLEAN if extraction.complete else FINDINGS
    if check:
        return FINDINGS if extraction.changeset.effective else outcome
    if diff:
        _deliver_patch(settings, extraction, output)
        return outcome
    if not dry_run:
        _require_clean(settings, extraction, allow_dirty)
    if commit:
        require_committed(settings.root, [change.path for change in extraction.changeset.effective])
    _report(extraction, output_format, output, color)
    _finish(settings, extraction, dry_run=dry_run, commit=commit, quiet=quiet)
    return outcome


def _deliver_patch(settings: Settings, extraction: Extraction, output: Path | None) -> None:
    from refactor_tools.api.runs import patch

    deliver(patch(settings, extraction.changeset), output)


def _require_clean(settings: Settings, extraction: Extraction, allow_dirty: bool) -> None:
    from refactor_tools.changes.dirty import require_clean

    require_clean(settings.root, [change.path for change in extraction.changeset.effective], allow_dirty)


def _settings(root: Path | None, library: str | None, package: str | None) -> Settings:
    from dataclasses import replace

    settings = settings_for(root)
    if library is not None:
        place = (Path.cwd() / library).resolve()
        if not place.is_relative_to(settings.root):
            raise click.UsageError(f"--library {library} lies outside the root {settings.root}")
        settings = replace(settings, library=place.relative_to(settings.root).as_posix(), package="")
    return replace(settings, package=package) if package is not None else settings


class _Status:
    """What is being done: one line that changes on a terminal, a line for each with --verbose elsewhere."""

    def __init__(self, stderr: Console, *, quiet: bool, verbose: bool) -> None:
        self.stderr, self.lines = stderr, verbose and not quiet and not stderr.is_terminal
        self.status = None if quiet or not stderr.is_terminal else stderr.status("")

    def __enter__(self) -> _Status:
        if self.status is not None:
            self.status.start()
        return self

    def __call__(self, text: str) -> None:
        if self.status is not None:
            self.status.update(text)
        elif self.lines:
            self.stderr.print(f"  {text}", soft_wrap=True, markup=False)

    def __exit__(self, *_: object) -> None:
        if self.status is not None:
            self.status.stop()


def _report(extraction: Extraction, output_format: str, output: Path | None, color: str) -> None:
    from refactor_tools.report.copies import explanation_markdown, print_explanation
    from refactor_tools.report.extraction import extraction_json, print_component, print_refusal
    from refactor_tools.report.inlined import print_inlined

    if output_format == "json":
        deliver(extraction_json(extraction), output)
        return
    explanations = extraction.explanations
    if explanations and output is not None:
        deliver(explanation_markdown(explanations), output)
        explanations = ()
    stdout = console(color)
    with stdout.capture() as captured:
        for explanation in explanations:
            print_explanation(stdout, explanation)
        for component in extraction.components:
            print_component(stdout, component)
        print_inlined(stdout, extraction)
        for item in extraction.refused:
            print_refusal(stdout, item.name, item.refusal, item.members)
        for outcome in extraction.outcomes:
            if outcome.outcome == "unchanged":
                stdout.print(f"  {outcome.name}  unchanged: {outcome.reason}", soft_wrap=True)
    echo_coloured(without_trailing(captured.get()))


def _finish(settings: Settings, extraction: Extraction, *, dry_run: bool, commit: bool, quiet: bool) -> None:
    from refactor_tools.changes.commit import commit_files
    from refactor_tools.changes.transaction import apply
    from refactor_tools.report.extraction import commit_message

    count = len(extraction.changeset.effective)
    if dry_run:
        message = f"Would write {count} files. Nothing was written."
    elif count:
        apply(settings.root, extraction.changeset, "extract-component")
        message = f"Written {count} files. Undo: refactor-tools undo"
        if commit:
            paths = [change.path for change in extraction.changeset.effective]
            short = commit_files(settings.root, paths, commit_message(extraction))
            message = f"Written {count} files, committed as {short}."
    else:
        message = "Nothing was written."
    if quiet:
        return
    click.echo(f"  {message}", err=True)
    if count and extraction.unreachable:
        from refactor_tools.layout import library_place

        source_root, package = library_place(settings)
        places = ", ".join(extraction.unreachable)
        click.echo(
            f"  Scripts started in {places} must find {package}: install it there (pip install -e .)"
            f" or put {source_root} on PYTHONPATH.",
            err=True,
        )
