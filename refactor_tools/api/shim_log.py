"""The log that shims keep of their uses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.model.shims import ShimUse


def read_log(path: Path) -> Iterator[tuple[str, ShimUse]]:
    """Old dotted name and place of every use in a log; a line that was written twice counts once.

    Raises:
        RefactorError: it cannot be read, or a line is none that a shim writes.
    """
    from refactor_tools.errors import RefactorError
    from refactor_tools.model.shims import ShimUse

    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise RefactorError(f"cannot be read: {error.strerror}", str(path)) from error
    for number, line in enumerate(lines, 1):
        old, tab, place = line.partition("\t")
        file, colon, at = place.rpartition(":")
        if not (tab and colon and at.isdecimal() and "." in old):
            raise RefactorError("is no line of a log of shims (name, tab, file:line)", f"{path}:{number}")
        if line not in lines[: number - 1]:
            yield old, ShimUse(file, int(at), "log")
