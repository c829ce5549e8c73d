"""`check-equivalence [NAME...]`."""

from __future__ import annotations

from collections.abc import Iterator
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

if TYPE_CHECKING:
    from refactor_tools.api.capturing import CaptureReport
    from refactor_tools.api.check import CheckReport, Mode
    from refactor_tools.settings import Settings

EPILOG = """\b
Examples:
  check-equivalence
  check-equivalence AttentionPooling --prove
  check-equivalence AttentionPooling --capture "python train.py --max-steps 1" --prove
  check-equivalence --prove=all --output-format markdown -o equivalence.md
"""

_MODES: dict[str, Mode] = {"none": "check", "stale": "prove", "all": "prove-all"}


class _Command(click.Command):
    """Lets a bare `--prove` stand before a NAME: its only value is attached with "="."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(
            ctx, [f"{arg}=stale" if arg == "--prove" and place < end else arg for place, arg in enumerate(args)]
        )


@click.command("check-equivalence", cls=_Command, context_settings=CONTEXT, epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--prove",
    type=click.Choice(["stale", "all"]),
    default=None,
    metavar="[=all]",
    help="Prove what is neither fresh nor carried, with =all everything, and write the certificates.",
)
@click.option("--device", type=click.Choice(["cpu"]), default="cpu", show_default=True, help="The device to prove on.")
@click.option(
    "--capture",
    "command",
    default=None,
    metavar="COMMAND",
    help="Run COMMAND, which is yours, here, and write cases from how it calls the originals.",
)
@output_options("text", "json", "markdown")
@tree_options
def check_equivalence(
    names: tuple[str, ...],
    prove: str | None,
    device: str,
    command: str | None,
    output_format: str,
    output: Path | None,
    root: Path | None,
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Check that every component still computes what its certificate says, or prove it again.

    Without --prove nothing is written. A certificate is FRESH while the text it speaks of is unchanged, CARRIED where
    the text changed but not the computation, STALE where it did. Exit code 1: something is stale, different, not run,
    or has no sound certificate.

    --capture runs a command of yours in the current folder, notes the shapes and plain arguments with which it calls
    the originals (never what tensors hold), and writes them to the case files; with --prove these are proven next.
    """
    from refactor_tools.api.check import check

    settings = settings_for(root)
    captured = True
    if command is not None:
        captured = _capture(settings, names, command, quiet)
        if prove is None:
            return CLEAN if captured else FINDINGS
    mode = _MODES[prove or "none"]
    stderr = console(color, stderr=True)
    if quiet or not stderr.is_terminal:
        report = check(settings, names, mode)
    else:
        with stderr.status("") as status:
            report = check(settings, names, mode, status.update)
    if report.changes.effective:
        from refactor_tools.changes.transaction import apply

        apply(settings.root, report.changes, "check-equivalence")
    _deliver(report, output_format, output, color)
    if not quiet:
        for line in _hints(report):
            click.echo(f"  {line}", err=True)
    return CLEAN if report.passed and captured else FINDINGS


def _capture(settings: Settings, names: tuple[str, ...], command: str, quiet: bool) -> bool:
    """Run the person's command and write the cases that it gives; whether it ended well and something was captured."""
    from refactor_tools.api.capturing import capture
    from refactor_tools.changes.transaction import apply

    report = capture(settings, names, command, Path.cwd(), None if quiet else lambda line: click.echo(line, err=True))
    if report.changes.effective:
        apply(settings.root, report.changes, "check-equivalence --capture")
    for line in _captured(report, quiet):
        click.echo(f"  {line}", err=True)
    return report.passed


def _captured(report: CaptureReport, quiet: bool) -> Iterator[str]:
    if not quiet:
        yield from (f"Captured {line}." for line in report.found)
        yield from (f"Left out of {line}." for line in report.problems)
        if report.changes.effective:
            yield f"Written: {', '.join(change.path for change in report.changes.effective)}."
        elif report.found:
            yield "The case files have these calls already."
    if report.exit_code:
        yield f"The command ended with exit code {report.exit_code}; what it had called by then counts. Its last lines:"
        yield from (f"  {line}" for line in report.tail)
    if report.missing:
        yield f"No call was captured of {', '.join(report.missing)}."
    if not report.found:
        yield (
            "Check that the command runs this tree's files (not an installed copy), that it calls the original in "
            "Python without -I, -S or -E, and that it comes as far as a whole call of it."
        )


def _deliver(report: CheckReport, output_format: str, output: Path | None, color: str) -> None:
    from refactor_tools.report.proofs import checked_json, checked_markdown, render

    if output_format == "json":
        deliver(checked_json(report.checked, [change.path for change in report.changes.effective]), output)
    elif output_format == "markdown":
        deliver(checked_markdown(report.checked), output)
    elif report.checked:
        target = console(color if output is None else "never")
        with target.capture() as captured:
            target.print(render(report.checked))
        text = "\n".join(line.rstrip() for line in captured.get().splitlines())
        if output is None:
            click.echo(text, color=True)  # whether there is colour in it was decided by --color
        else:
            deliver(text, output)


def _hints(report: CheckReport) -> Iterator[str]:
    if not report.checked:
        yield "There are no components yet: `analyze-deps` shows what could become one, `extract-component` makes it."
    if report.changes.effective:
        yield f"Written: {', '.join(change.path for change in report.changes.effective)}."
    stale = [item.name for item in report.checked if not item.passed and item.proof is None]
    if stale:
        yield f"Next: check-equivalence {' '.join(stale)} --prove"
