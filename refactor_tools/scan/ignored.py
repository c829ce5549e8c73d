"""What a tree's .gitignore files leave out, as git has it, with git or without."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from refactor_tools.git import ask_git

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

FILE = ".gitignore"


@dataclass(slots=True)
class Ignored:
    """The .gitignore files of one root: its own, those of folders below it, those above it in its repository.

    What git tracks is not ignored, whatever a pattern says. Files that are a person's own (`core.excludesFile`,
    `.git/info/exclude`) are not asked: everybody who analyses the tree shall see the same.
    """

    root: Path
    _rules: dict[Path, GitIgnoreSpec | None] = field(default_factory=dict)
    _levels: dict[Path, tuple[Path, ...]] = field(default_factory=dict)
    _tracked: dict[Path, frozenset[str]] = field(default_factory=dict)

    def by(self, path: Path, *, is_folder: bool, start: Path | None = None) -> Path | None:
        """The .gitignore file that leaves `path` out, None where none does.

        With `start`, a folder above `path` that is left out itself but read all the same, only its own rules and those
        below it hold.
        """
        for level in self.levels(path.parent):
            if start is not None and not level.is_relative_to(start):
                return None
            rules = self._read(level)
            if rules is None:
                continue
            name = f"{path.relative_to(level).as_posix()}{'/' if is_folder else ''}"
            verdict = rules.check_file(name).include
            if verdict is not None:
                return level / FILE if verdict and not self._is_tracked(path) else None
        return None

    def leaves_out(self, folder: Path) -> bool:
        """Whether `folder` or one above it is left out."""
        return any(self.by(one, is_folder=True) for one in self.levels(folder)[:-1])

    def levels(self, folder: Path) -> tuple[Path, ...]:
        """The folders whose rules hold in `folder`, the deepest first: up to the top of its repository, or the root."""
        if folder not in self._levels:
            self._levels[folder] = tuple(self._upwards(folder))
        return self._levels[folder]

    def _upwards(self, folder: Path) -> Iterator[Path]:
        yield folder
        parent = folder.parent
        if not _exists(folder / ".git") and parent != folder and (folder != self.root or _repository(folder)):
            yield from self.levels(parent)

    def _read(self, folder: Path) -> GitIgnoreSpec | None:
        if folder not in self._rules:
            try:
                lines = (folder / FILE).read_text(encoding="utf-8", errors="surrogateescape").splitlines()
            except OSError:
                lines = []
            self._rules[folder] = _compiled(lines) if lines else None
        return self._rules[folder]

    def _is_tracked(self, path: Path) -> bool:
        top = self.levels(path.parent)[-1]
        if top not in self._tracked:
            self._tracked[top] = frozenset(_tracked(top))
        return path.relative_to(top).as_posix() in self._tracked[top]


def _compiled(lines: list[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        # As git does: a line that is no pattern matches nothing.
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _tracked(top: Path) -> Iterator[str]:
    """Tracked files below `top` and the folders that hold them; none without git or outside a repository."""
    try:
        answer = ask_git(top, "ls-files", "-z")
    except FileNotFoundError:
        return
    seen: set[str] = set()
    for name in os.fsdecode(answer.stdout).split("\0"):
        while name and name not in seen:
            seen.add(name)
            yield name
            name = name.rpartition("/")[0]


def _repository(folder: Path) -> Path | None:
    return next((one for one in (folder, *folder.parents) if _exists(one / ".git")), None)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
