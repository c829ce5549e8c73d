"""Bring the files of a journalled run to one side, before or after: the one place that writes to the user's tree.

All new contents are written beside their targets first, and only then moved into place, so that a full disk or a folder
without permission shows before any file of the tree has changed.
"""

import os
import shutil
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from refactor_tools.changes.journal import Run, RunFile, Side, content
from refactor_tools.changes.tree import ancestors, locate, read_digest, status, sync_folder, write_new
from refactor_tools.errors import RefactorError
from refactor_tools.git import move_in_index


@dataclass(frozen=True, slots=True)
class _Step:
    file: RunFile
    seen: str | None
    wanted: str | None
    place: Path
    staged: Path


def strangers(root: Path, run: Run) -> tuple[str, ...]:
    """Files of the run that are neither as before it nor as after it; a missing file is none, a link or folder is."""
    return tuple(file.path for file in run.files if _strange(root, file))


def stands(root: Path, run: Run, side: Side) -> bool:
    """Whether every file of the run is on that side."""
    return all(read_digest(root, file.path) == file.on(side) for file in run.files)


def bring(root: Path, run: Run, side: Side, leave: Collection[str] = ()) -> None:
    """Every file of the run, except those to `leave`, has its bytes of that side, on the disk, when this returns.

    Raises:
        OSError: the system refused something; the files are partly on the other side.
        RefactorError: a file was changed by someone else meanwhile, or the journal is damaged; the same holds.
    """
    _sweep(root, run)
    steps = [
        _Step(file, seen, wanted, place, _staged(run, index, place))
        for index, file in enumerate(run.files)
        if file.path not in leave
        and (seen := read_digest(root, file.path)) != (wanted := file.on(side))
        and (place := locate(root, file.path))
    ]
    _stage(root, run, steps)
    for step in steps:
        _commit(root, step)
    _drop_folders(root, run.folders if side == "before" else ancestors(old for old, _ in run.moves))
    _sync(root, run)
    for file in run.files:
        if file.path not in leave and read_digest(root, file.path) != file.on(side):
            raise RefactorError("was changed by someone else while it was being written", file.path)
    move_in_index(root, [pair if side == "after" else pair[::-1] for pair in run.moves])


def _strange(root: Path, file: RunFile) -> bool:
    try:
        return read_digest(root, file.path) not in (None, file.before, file.after)
    except RefactorError:
        return True


def _staged(run: Run, index: int, place: Path) -> Path:
    return place.with_name(f".refactor-tools-{run.id}-{index}.tmp")


def _sweep(root: Path, run: Run) -> None:
    for index, file in enumerate(run.files):
        with suppress(FileNotFoundError, RefactorError):
            os.unlink(_staged(run, index, locate(root, file.path)))


def _stage(root: Path, run: Run, steps: list[_Step]) -> None:
    for folder in ancestors(step.file.path for step in steps if step.wanted is not None):
        with suppress(FileExistsError):
            os.mkdir(root / folder)
    for step in steps:
        if step.wanted is not None:
            found = status(step.place)
            write_new(step.staged, content(root, run, step.wanted), like=found, mode=step.file.mode)


def _commit(root: Path, step: _Step) -> None:
    if read_digest(root, step.file.path) != step.seen:
        raise RefactorError("was changed by someone else while it was being written", step.file.path)
    if step.wanted is None:
        os.unlink(step.place)
    else:
        os.replace(step.staged, step.place)


def _drop_folders(root: Path, folders: Sequence[str]) -> None:
    """Folders, outer ones first, go where nothing is left in them."""
    for folder in map(root.joinpath, reversed(folders)):
        if folder.is_symlink() or not folder.is_dir():
            continue
        _drop_bytecode(folder / "__pycache__")
        if not os.listdir(folder):
            os.rmdir(folder)


def _drop_bytecode(cache: Path) -> None:
    """What Python compiled from files that are gone would keep the folder alive as a namespace package."""
    if cache.is_dir() and not cache.is_symlink() and all(name.endswith(".pyc") for name in os.listdir(cache)):
        shutil.rmtree(cache)


def _sync(root: Path, run: Run) -> None:
    sync_folder(root)
    for folder in ancestors(run.paths):
        if (root / folder).is_dir():
            sync_folder(root / folder)
