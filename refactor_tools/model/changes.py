"""Edits are data: what a run would do to a tree, before it does it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `text[start:end]` (character offsets) by `new`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file's bytes before (None: it does not exist) and after (None: it goes). `path` is relative to the root.

    A new file that an old one becomes says so in `moved_from`; the old path has a change of its own. The file keeps its
    mode, and git is told, as `git mv` would.
    """

    path: str
    before: bytes | None
    after: bytes | None
    moved_from: str = ""

    @property
    def changes(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Everything one run writes: applied whole or not at all."""

    title: str
    files: tuple[FileChange, ...]

    @property
    def effective(self) -> tuple[FileChange, ...]:
        return tuple(change for change in self.files if change.changes)
