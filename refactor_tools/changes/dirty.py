"""Which files hold changes that no commit and no earlier run accounts for."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from refactor_tools.changes.journal import history
from refactor_tools.changes.tree import read_digest
from refactor_tools.errors import DirtyTree, RefactorError
from refactor_tools.git import ask_git, first_line, repository_prefix

_AT_ONCE = 500


def require_clean(root: Path, paths: Sequence[str], allow: bool) -> None:
    """Raises DirtyTree, unless `allow`, where one of the files is dirty."""
    dirty = () if allow else dirty_files(root, paths)
    if dirty:
        raise DirtyTree(
            f"uncommitted changes in files that would be written: {', '.join(dirty)}; commit or stash them, or pass "
            "--allow-dirty"
        )


def dirty_files(root: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """Those of `paths` that git sees as changed or untracked, and that are not as the last run on them left them.

    Empty without git or outside a repository. Ignored files are not dirty.

    Raises:
        RefactorError: git found a repository and cannot read it.
    """
    root = root.resolve()
    changed = changed_files(root, paths)
    if not changed:
        return ()
    written = {file.path: file.after for run in history(root) if run.state == "done" for file in run.files}
    return tuple(path for path in changed if not (path in written and read_digest(root, path) == written[path]))


def changed_files(root: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """Those of `paths` that git sees as changed or untracked; empty without git or outside a repository.

    Raises:
        RefactorError: git found a repository and cannot read it.
    """
    root = root.resolve()
    prefix = repository_prefix(root) if paths else None
    if prefix is None:
        return ()
    changed = {name.removeprefix(prefix) for name in _changed(root, paths)}
    return tuple(path for path in dict.fromkeys(paths) if path in changed)


def _changed(root: Path, paths: Sequence[str]) -> Iterator[str]:
    """Changed and untracked files among `paths`, relative to the top of the repository."""
    for start in range(0, len(paths), _AT_ONCE):
        chunk = paths[start : start + _AT_ONCE]
        options = ("--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
        answer = ask_git(root, "--literal-pathspecs", "status", *options, "--", *chunk)
        if answer.returncode != 0:
            raise _unreadable(first_line(answer))
        yield from (os.fsdecode(entry[3:]) for entry in answer.stdout.split(b"\0") if entry)


def _unreadable(message: str) -> RefactorError:
    return RefactorError(f"git cannot tell which files are changed ({message}); repair that, or pass --allow-dirty")
