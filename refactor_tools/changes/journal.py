"""The journal, read: what each run changed, with the bytes before and after.

A run's record is a folder `<id>.<state>` with `run.json` and `contents/<digest>`. Its state is part of the folder's
name, so that one rename, which needs no space on the disk, moves a run from state to state.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, cast

from refactor_tools.changes.tree import digest
from refactor_tools.errors import RefactorError, UnreadableRecord
from refactor_tools.settings import STATE

State = Literal["preparing", "applying", "done", "undoing", "undone", "rolled-back"]
Side = Literal["before", "after"]

SCHEMA = 1
_FOLDER = re.compile(r"(\d{4,})\.(applying|done|undoing|undone|rolled-back)")


@dataclass(frozen=True, slots=True)
class RunFile:
    """A file of a run: digests before and after (None: no file), its mode before (None: no file, or that of the file
    that it was moved from), and the path of that."""

    path: str
    before: str | None
    after: str | None
    mode: int | None
    moved_from: str = ""

    def on(self, side: Side) -> str | None:
        return self.before if side == "before" else self.after


@dataclass(frozen=True, slots=True)
class Run:
    """A journalled run. `folders` are those it made, outer ones first."""

    id: str
    title: str
    command: str
    files: tuple[RunFile, ...]
    state: State
    folders: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(file.path for file in self.files)

    @property
    def moves(self) -> tuple[tuple[str, str], ...]:
        """Old and new path of each file that was moved."""
        return tuple((file.moved_from, file.path) for file in self.files if file.moved_from)

    @property
    def interrupted(self) -> bool:
        """Whether the run, or its undo, has begun and not ended (it may still be going on)."""
        return self.state in ("applying", "undoing")


def history(root: Path) -> tuple[Run, ...]:
    """Every journalled run, oldest first.

    Raises:
        UnreadableRecord: a record is damaged or of another schema.
    """
    try:
        names = os.listdir(journal_folder(root))
    except FileNotFoundError:
        return ()
    found = sorted((match for match in map(_FOLDER.fullmatch, names) if match), key=lambda match: int(match[1]))
    return tuple(_load(root, match[0], match[1], cast(State, match[2])) for match in found)


def require_settled(root: Path) -> None:
    """Raises RefactorError where an interrupted run waits for `recover`."""
    for run in history(root):
        if run.interrupted:
            raise RefactorError(f"run {run.id} ({run.title}) was interrupted; run `refactor-tools recover` first")


def content(root: Path, run: Run, wanted: str) -> bytes:
    """The journalled bytes of that digest.

    Raises:
        UnreadableRecord: they are missing or damaged.
    """
    place = run_folder(root, run) / "contents" / wanted
    try:
        data = place.read_bytes()
    except FileNotFoundError:
        data = None
    if data is None or digest(data) != wanted:
        raise UnreadableRecord("is missing or damaged; the run cannot be reversed", _shown(root, place))
    return data


def journal_folder(root: Path) -> Path:
    return root / STATE / "journal"


def run_folder(root: Path, run: Run) -> Path:
    return journal_folder(root) / f"{run.id}.{run.state}"


def document(run: Run) -> str:
    """The text of `run.json`; id and state are in the folder's name."""
    fields = {
        "schema": SCHEMA,
        "title": run.title,
        "command": run.command,
        "files": [asdict(file) for file in run.files],
        "folders": run.folders,
    }
    return json.dumps(fields, indent=2) + "\n"


def _load(root: Path, name: str, number: str, state: State) -> Run:
    place = journal_folder(root) / name / "run.json"
    try:
        fields = json.loads(place.read_bytes())
        if not isinstance(fields, dict) or fields.get("schema") != SCHEMA:
            raise ValueError(f"schema {SCHEMA} is wanted")
        return Run(
            number,
            _text(fields, "title"),
            _text(fields, "command"),
            tuple(_run_file(entry) for entry in fields["files"]),
            state,
            tuple(map(str, fields["folders"])),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        hint = "move its folder out of the journal to go on without it"
        raise UnreadableRecord(f"cannot be read ({error}); {hint}", _shown(root, place)) from error


def _run_file(entry: Mapping[str, object]) -> RunFile:
    mode = entry["mode"]
    if mode is not None and not isinstance(mode, int):
        raise TypeError("`mode` must be a number")
    moved_from = _text(entry, "moved_from") if "moved_from" in entry else ""
    return RunFile(_text(entry, "path"), _digest(entry, "before"), _digest(entry, "after"), mode, moved_from)


def _digest(entry: Mapping[str, object], key: str) -> str | None:
    if entry[key] is None:
        return None
    value = _text(entry, key)
    if not re.fullmatch(r"[0-9a-f]{64}", value):
        raise ValueError(f"`{key}` must be a digest")
    return value


def _text(entry: Mapping[str, object], key: str) -> str:
    value = entry[key]
    if not isinstance(value, str):
        raise TypeError(f"`{key}` must be a string")
    return value


def _shown(root: Path, place: Path) -> str:
    return place.relative_to(root).as_posix()
