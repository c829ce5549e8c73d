"""A file is divided into several; the old one hands out all the old names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from refactor_tools.model.splits import Split, SplitRequest
    from refactor_tools.settings import Settings


def split_module(settings: Settings, request: SplitRequest, progress: Callable[[str], object] = str) -> Split:
    """Plan the division, write it into a scratch copy and hold it against the file as it was; nothing else is written.

    Raises:
        RefactorError: the file cannot be read or parsed, or the map names what it does not define.
    """
    from refactor_tools.api.splitting.run import split

    return split(settings, request, progress)


def write(settings: Settings, division: Split, *, command: str, allow_dirty: bool, commit: bool) -> None:
    """Apply a division as one journalled run, and commit its files where asked.

    Raises:
        DirtyTree: a file that would be written has uncommitted changes and `allow_dirty` is off.
        RefactorError: the tree is locked or changed since it was read, or git refuses the commit.
    """
    from refactor_tools.changes.commit import commit_files
    from refactor_tools.changes.dirty import require_clean
    from refactor_tools.changes.transaction import apply

    paths = [change.path for change in division.changes.effective]
    require_clean(settings.root, paths, allow_dirty)
    apply(settings.root, division.changes, command)
    if commit:
        commit_files(settings.root, paths, f"Divide {division.source} into {len(division.parts)} files")
