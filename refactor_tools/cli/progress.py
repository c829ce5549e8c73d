"""A progress bar with totals, on stderr, for what takes longer than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from refactor_tools.cli.common import console

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE = 1.0


@contextmanager
def progress_bar(color: str, *, quiet: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """A function that is told the stage, how much of it is done and how much there is; None where nobody looks."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    bar = _Bar(color)
    try:
        yield bar
    finally:
        bar.close()


class _Bar:
    def __init__(self, color: str) -> None:
        self._color = color
        self._started = time.monotonic()
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._progress is None:
            if time.monotonic() - self._started < PATIENCE:
                return
            self._progress = _columns(self._color)
            self._progress.start()
        if stage not in self._tasks:
            for task in self._tasks.values():
                self._progress.update(task, visible=False)
            self._tasks[stage] = self._progress.add_task(stage, total=total)
        self._progress.update(self._tasks[stage], completed=done, total=total)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()


def _columns(color: str) -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console(color, stderr=True), transient=True)
