"""`scan-checkpoint` as a function."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refactor_tools.model.checkpoints import ScannedCheckpoint
    from refactor_tools.settings import Settings


def scan_checkpoints(settings: Settings, files: Sequence[Path]) -> tuple[ScannedCheckpoint, ...]:
    """What each file holds and which of the names it asks for have moved or are gone; nothing is unpickled.

    Raises:
        RefactorError: a file cannot be read, is damaged, or is no checkpoint.
    """
    from refactor_tools.api.checkpoint_names import NameTable
    from refactor_tools.api.migrate import source_tree
    from refactor_tools.api.tasks import read_keymaps
    from refactor_tools.checkpoints.formats import read_contents
    from refactor_tools.model.checkpoints import ScannedCheckpoint

    contents = [(shown(settings, file), read_contents(file, shown(settings, file))) for file in files]
    table = NameTable(settings, read_keymaps(settings.root), source_tree(settings))
    return tuple(
        ScannedCheckpoint(
            path,
            found,
            tuple(sorted(map(table.find, found.names), key=lambda item: (item.status == "outside", item.name))),
        )
        for path, found in contents
    )


def shown(settings: Settings, file: Path) -> str:
    """A file's path in messages: relative to the root where it lies in it."""
    whole = Path(file).resolve()
    return whole.relative_to(settings.root).as_posix() if whole.is_relative_to(settings.root) else str(file)
