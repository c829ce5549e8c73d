"""One writer at a time. The system drops the lock with its holder, so a killed run never blocks the next."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from refactor_tools.changes.state import state_folder
from refactor_tools.errors import RefactorError, TreeLocked
from refactor_tools.settings import STATE


@contextmanager
def tree_lock(root: Path, holder: str) -> Iterator[None]:
    """Hold the tree's lock under the name `holder` (the command).

    Raises:
        TreeLocked: another run holds it; the message names its command and process.
        RefactorError: the lock cannot be taken for another reason.
    """
    try:
        handle = os.open(state_folder(root) / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    except OSError as error:
        raise RefactorError(f"cannot be opened ({error.strerror}); nothing was changed", f"{STATE}/lock") from error
    try:
        _take(handle, holder)
        try:
            yield
        finally:
            with suppress(OSError):
                os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _take(handle: int, holder: str) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"command": holder, "pid": os.getpid()}).encode(), 0)
    except BlockingIOError:
        raise TreeLocked(f"{_holder(handle)} is changing this tree; wait for it to end") from None
    except OSError as error:
        raise RefactorError(f"cannot be taken ({error.strerror}); nothing was changed", f"{STATE}/lock") from error


def _holder(handle: int) -> str:
    try:
        record = json.loads(os.pread(handle, 65536, 0))
        return f"`{record['command']}` (process {record['pid']})"
    except (ValueError, KeyError, TypeError):
        return "another run"
