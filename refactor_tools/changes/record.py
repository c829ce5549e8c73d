"""The journal, written: a run's record comes first, and every step of the run moves it to another state."""

import os
import shutil
import stat
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from refactor_tools.changes.journal import Run, RunFile, State, document, journal_folder, run_folder
from refactor_tools.changes.state import state_folder
from refactor_tools.changes.tree import ancestors, digest, locate, status, sync_folder, write_new
from refactor_tools.model.changes import ChangeSet, FileChange


def record(root: Path, changeset: ChangeSet, command: str) -> Run:
    """Journal a run that is about to be applied; the disk has the record when this returns.

    Raises:
        OSError: the record could not be written; nothing of it counts.
    """
    state_folder(root)
    journal = journal_folder(root)
    journal.mkdir(mode=0o700, exist_ok=True)
    for left in journal.glob("*.preparing"):
        shutil.rmtree(left)
    changes = changeset.effective
    made = ancestors(change.path for change in changes if change.after is not None)
    run = Run(
        _next_id(journal),
        changeset.title,
        command,
        tuple(_run_file(root, change) for change in changes),
        "preparing",
        tuple(folder for folder in made if not (root / folder).exists()),
    )
    try:
        _write(run_folder(root, run), run, changes)
        return enter(root, run, "applying")
    except (OSError, KeyboardInterrupt):
        shutil.rmtree(run_folder(root, run), ignore_errors=True)
        raise


def enter(root: Path, run: Run, state: State) -> Run:
    """Move `run` to a state that must be on the disk before anything else happens.

    Raises:
        OSError: the run is still in its old state.
    """
    moved = replace(run, state=state)
    os.rename(run_folder(root, run), run_folder(root, moved))
    try:
        sync_folder(journal_folder(root))
    except (OSError, KeyboardInterrupt):
        os.rename(run_folder(root, moved), run_folder(root, run))
        raise
    return moved


def settle(root: Path, run: Run, state: State) -> Run:
    """Move `run` to a final state. Should the disk lose this rename, `recover` comes to the same end."""
    moved = replace(run, state=state)
    os.rename(run_folder(root, run), run_folder(root, moved))
    with suppress(OSError):
        sync_folder(journal_folder(root))
    return moved


def _next_id(journal: Path) -> str:
    numbers = [int(name.partition(".")[0]) for name in os.listdir(journal) if name.partition(".")[0].isdecimal()]
    return f"{max(numbers, default=0) + 1:04d}"


def _run_file(root: Path, change: FileChange) -> RunFile:
    found = status(locate(root, change.moved_from or change.path))
    return RunFile(
        change.path,
        None if change.before is None else digest(change.before),
        None if change.after is None else digest(change.after),
        None if found is None else stat.S_IMODE(found.st_mode),
        change.moved_from,
    )


def _write(folder: Path, run: Run, changes: tuple[FileChange, ...]) -> None:
    contents = folder / "contents"
    os.mkdir(folder)
    os.mkdir(contents)
    versions = {digest(data): data for change in changes for data in (change.before, change.after) if data is not None}
    for name, data in versions.items():
        write_new(contents / name, data)
    write_new(folder / "run.json", document(run).encode())
    sync_folder(contents)
    sync_folder(folder)
