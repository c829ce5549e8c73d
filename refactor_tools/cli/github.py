"""The outcome of a check inside a GitHub workflow: annotations, and the table on the run's summary page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from refactor_tools.cli.common import deliver
from refactor_tools.errors import RefactorError

if TYPE_CHECKING:
    from refactor_tools.api.check import CheckReport
    from refactor_tools.settings import Settings

SUMMARY = "GITHUB_STEP_SUMMARY"


def annotate(settings: Settings, report: CheckReport, output: Path | None) -> None:
    """Write the annotations, and the table as Markdown to the end of the file that GITHUB_STEP_SUMMARY names.

    Raises:
        RefactorError: a file cannot be written.
    """
    from refactor_tools.api.places import definition_places
    from refactor_tools.report.annotations import checked_annotations
    from refactor_tools.report.proofs import checked_markdown

    places = definition_places(settings, [item.name for item in report.checked])
    text = checked_annotations(report.checked, places)
    if text or output is not None:
        deliver(text, output)
    if summary := os.environ.get(SUMMARY):
        _append(Path(summary), checked_markdown(report.checked))


def _append(file: Path, text: str) -> None:
    try:
        with file.open("a", encoding="utf-8") as page:
            page.write(f"{text}\n")
    except OSError as error:
        raise RefactorError(f"{SUMMARY} cannot be written: {error.strerror}", str(file)) from error
