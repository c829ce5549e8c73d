"""`check-equivalence A B`: two alternatives, or two versions, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refactor_tools.cli.common import CLEAN, FINDINGS, console, deliver, deliver_rendered

if TYPE_CHECKING:
    from refactor_tools.settings import Settings


def compared_names(names: Sequence[str], against: str | None) -> tuple[str, str] | None:
    """What is to be compared with what; None where components are to be checked.

    Raises:
        click.UsageError: a comparison of fewer or more than two.
    """
    from refactor_tools.api.compare import names_definition

    if against is None and not any(map(names_definition, names)):
        return None
    pair = (*names, against) if against is not None else tuple(names)
    if len(pair) != 2:
        raise click.UsageError("a comparison takes two: A B, where one is PATH::NAME or NAME@REV, or A --against B")
    return pair[0], pair[1]


def show_comparison(
    settings: Settings, pair: tuple[str, str], output_format: str, output: Path | None, color: str, *, quiet: bool
) -> int:
    """Compare and print; the exit code says whether the second may stand in for the first."""
    from refactor_tools.api.compare import compare
    from refactor_tools.model.proofs import PASSING
    from refactor_tools.report.comparison import comparison_json, comparison_markdown, render

    stderr = console(color, stderr=True)
    if quiet or not stderr.is_terminal:
        comparison = compare(settings, *pair)
    else:
        with stderr.status("") as status:
            comparison = compare(settings, *pair, status.update)
    if output_format != "text":
        deliver({"json": comparison_json, "markdown": comparison_markdown}[output_format](comparison), output)
    else:
        deliver_rendered([render(comparison)], output, color)
    return CLEAN if comparison.proof.verdict in PASSING else FINDINGS
