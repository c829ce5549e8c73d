"""`check-equivalence [NAME...]`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refactor_tools.cli.bundles import FILE, chosen_device, give_out, take_in
from refactor_tools.cli.capturing import run_capture
from refactor_tools.cli.common import (
    CLEAN,
    CONTEXT,
    FINDINGS,
    console,
    deliver,
    deliver_rendered,
    output_options,
    settings_for,
    tree_options,
)
from refactor_tools.cli.comparison import compared_names, show_comparison
from refactor_tools.cli.github import annotate
from refactor_tools.model.proofs import Platform
from refactor_tools.report.words import count

if TYPE_CHECKING:
    from refactor_tools.api.check import CheckReport, Mode

EPILOG = """\b
Examples:
  check-equivalence
  check-equivalence AttentionPooling --prove
  check-equivalence AttentionPooling --capture "python train.py --max-steps 1" --prove
  check-equivalence --prove=all --output-format markdown -o equivalence.md
  check-equivalence --prove --device cuda --export gpu.json
  check-equivalence --import gpu.json --require cuda
  check-equivalence --since origin/main --output-format github
  check-equivalence AttentionPooling@HEAD~1 AttentionPooling
  check-equivalence legacy/a.py::Pool legacy/b.py::Pool
  check-equivalence AttentionPooling --against MeanPooling
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
@click.option(
    "--capture",
    "command",
    default=None,
    metavar="COMMAND",
    help="Run COMMAND, which is yours, here, and write cases from how it calls the originals.",
)
@click.option(
    "--device",
    type=click.Choice(["cpu", "cuda", "auto"]),
    default="cpu",
    show_default=True,
    help="The device to prove on; auto: CUDA where there is a device, else the CPU.",
)
@click.option(
    "--dtype",
    type=click.Choice(["float32", "float64", "float16", "bfloat16"]),
    default="float32",
    show_default=True,
    help="The precision to prove in.",
)
@click.option("--require", type=click.Choice(["cuda"]), help="Fail what has no result on this device.")
@click.option("--export", "export", type=FILE, metavar="BUNDLE", help="Write the certificates that hold to one file.")
@click.option("--import", "bundle", type=FILE, metavar="BUNDLE", help="Take in another machine's results first.")
@click.option("--jobs", type=click.IntRange(min=0), default=0, help="Components at a time; 0: one a core.")
@click.option("--since", metavar="REV", help="Only the components that the change since this git revision can reach.")
@click.option("--against", metavar="B", help="Compare the one NAME with B, see above.")
@output_options("text", "json", "markdown", "github")
@tree_options
def check_equivalence(
    names: tuple[str, ...],
    prove: str | None,
    device: str,
    dtype: str,
    require: str | None,
    export: Path | None,
    bundle: Path | None,
    jobs: int,
    since: str | None,
    against: str | None,
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

    On another device or in another precision --prove adds a result to a certificate that holds. What a machine with a
    GPU has proven it writes with --export, and --import takes it in at home.

    Two NAMEs of which one is PATH::NAME, or has @REV at its end, are compared with each other: the verdict on the
    second as a stand-in for the first, how far results are apart, and what both cost. --against B compares components.
    """
    from refactor_tools.api.check import check

    settings = settings_for(root)
    if pair := compared_names(names, against):
        if prove or since or output_format == "github":
            raise click.UsageError("a comparison has no --prove, no --since and no annotations")
        return show_comparison(settings, pair, output_format, output, color, quiet=quiet)
    captured = True
    if command is not None:
        captured = run_capture(settings, names, command, quiet)
        if prove is None:
            return CLEAN if captured else FINDINGS
    mode = _MODES[prove or "none"]
    if bundle:
        take_in(settings, bundle, quiet=quiet)
    platform = Platform(chosen_device(device), dtype)
    required = Platform(require) if require else None
    asked = partial(check, settings, names, mode, since=since, platform=platform, required=required, jobs=jobs)
    stderr = console(color, stderr=True)
    if quiet or not stderr.is_terminal:
        report = asked()
    else:
        with stderr.status("") as status:
            report = asked(progress=status.update)
    if report.changes.effective:
        from refactor_tools.changes.transaction import apply

        apply(settings.root, report.changes, "check-equivalence")
    if report.reproductions:
        from refactor_tools.changes.state import write_state

        write_state(settings.root, report.reproductions)
    if export:
        give_out(report.checked, export)
    if output_format == "github":
        annotate(settings, report, output)
    else:
        _deliver(report, output_format, output, color, verbose=verbose or names != ())
    if not quiet:
        for line in _hints(report, since):
            click.echo(f"  {line}", err=True)
    return CLEAN if report.passed and captured else FINDINGS


def _deliver(report: CheckReport, output_format: str, output: Path | None, color: str, *, verbose: bool) -> None:
    from refactor_tools.report.proofs import checked_json, checked_markdown, render

    if output_format == "json":
        deliver(checked_json(report.checked, [change.path for change in report.changes.effective]), output)
    elif output_format == "markdown":
        deliver(checked_markdown(report.checked), output)
    elif report.checked:
        deliver_rendered([render(report.checked, verbose=verbose)], output, color)


def _hints(report: CheckReport, since: str | None) -> Iterator[str]:
    if report.left_out:
        yield f"Left out: {count(len(report.left_out), 'component')} that the change since {since} cannot reach."
    elif not report.checked:
        yield "There are no components yet: `analyze-deps` shows what could become one, `extract-component` makes it."
    if report.changes.effective:
        yield f"Written: {', '.join(change.path for change in report.changes.effective)}."
    stale = [item.name for item in report.checked if not item.passed and item.proof is None]
    if stale:
        yield f"Next: check-equivalence {' '.join(stale)} --prove"
