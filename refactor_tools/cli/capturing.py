"""`check-equivalence --capture COMMAND`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from refactor_tools.api.capturing import CaptureReport
    from refactor_tools.settings import Settings


def run_capture(settings: Settings, names: tuple[str, ...], command: str, quiet: bool) -> bool:
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
