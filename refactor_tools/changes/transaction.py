"""A change set is applied whole or not at all."""

import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from refactor_tools.changes.bring import bring, strangers
from refactor_tools.changes.journal import Run, Side, State, history, require_settled
from refactor_tools.changes.lock import tree_lock
from refactor_tools.changes.record import record, settle
from refactor_tools.changes.tree import ancestors, locate, read, status
from refactor_tools.errors import RefactorError
from refactor_tools.model.changes import ChangeSet, FileChange

_OTHER: dict[Side, Side] = {"before": "after", "after": "before"}


def apply(root: Path, changeset: ChangeSet, command: str) -> Run | None:
    """Write `changeset` to the tree and to its journal; `command` is how the run was called. None: nothing to write.

    Raises:
        RefactorError: a file is no longer as the change set says, is read-only or lies behind a link, an interrupted
            run waits, or the system refused a write. The tree is as it was, unless the message names `recover`.
        TreeLocked: another run is writing.
        ValueError: a path stands in the change set twice, or is also the folder of another.
    """
    changes = changeset.effective
    _require_distinct(changes)
    if not changes:
        return None
    root = root.resolve()
    with tree_lock(root, command), system_errors(root):
        require_settled(root)
        for change in changes:
            _require_before(root, change)
        return carry_out(root, record(root, changeset, command), "after", done="done", failed="rolled-back")


def carry_out(root: Path, run: Run, side: Side, *, done: State, failed: State) -> Run:
    """Bring the tree to `side`, or back to where it was; the run ends in the state `done` or `failed`.

    Raises:
        OSError, RefactorError: what stood in the way. A RefactorError that names `recover` where going back failed too.
    """
    try:
        bring(root, run, side)
        return settle(root, run, done)
    except (OSError, RefactorError, KeyboardInterrupt) as error:
        _go_back(root, run, _OTHER[side], failed, error)
        raise


def _go_back(root: Path, run: Run, side: Side, failed: State, cause: BaseException) -> None:
    try:
        bring(root, run, side, leave=strangers(root, run))
        settle(root, run, failed)
    except (OSError, RefactorError) as error:
        raise RefactorError(
            f"run {run.id} failed ({_said(root, cause)}) and could not be taken back ({_said(root, error)}); "
            "when the cause is gone, run `refactor-tools recover`"
        ) from error


@contextmanager
def system_errors(root: Path) -> Iterator[None]:
    """What the system refuses becomes a message for the person at the terminal, with how the tree was left."""
    try:
        yield
    except OSError as error:
        waits = any(run.interrupted for run in history(root))
        ending = "when the cause is gone, run `refactor-tools recover`" if waits else "the tree is as it was"
        raise RefactorError(f"{_said(root, error)}; {ending}") from error


def _require_distinct(changes: Sequence[FileChange]) -> None:
    paths = [change.path for change in changes]
    folders = set(ancestors(change.path for change in changes if change.after is not None))
    twice = [path for path, count in Counter(paths).items() if count > 1 or path in folders]
    if twice:
        raise ValueError(f"one change set says two things about {', '.join(twice)}")


def _require_before(root: Path, change: FileChange) -> None:
    found = read(root, change.path)
    if found != change.before:
        if found is None:
            raise RefactorError("is gone since it was read; run the command again", change.path)
        already = "exists already" if change.before is None else "has changed since it was read"
        raise RefactorError(f"{already}; run the command again", change.path)
    mode = status(locate(root, change.path))
    if mode is not None and not stat.S_IMODE(mode.st_mode) & 0o222:
        raise RefactorError("is read-only; make it writable (chmod u+w) first", change.path)


def _said(root: Path, error: BaseException) -> str:
    if not isinstance(error, OSError) or error.strerror is None:
        return str(error) or type(error).__name__
    if not isinstance(error.filename, str | Path):
        return error.strerror
    place = Path(error.filename)
    return f"{place.relative_to(root).as_posix() if place.is_relative_to(root) else place.name}: {error.strerror}"
