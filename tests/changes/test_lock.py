import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from refactor_tools.changes.lock import tree_lock
from refactor_tools.changes.transaction import apply
from refactor_tools.errors import RefactorError, TreeLocked
from refactor_tools.model.changes import ChangeSet, FileChange

CHANGES = ChangeSet("one", (FileChange("a.py", None, b"x"),))


@contextmanager
def _held_elsewhere(root: Path, holder: str) -> Iterator[int]:
    """Another process holds the lock; killed at the end."""
    ready, tell = os.pipe()
    child = os.fork()
    if not child:
        with tree_lock(root, holder):
            os.write(tell, b".")
            signal.pause()
        os._exit(0)
    try:
        os.read(ready, 1)
        yield child
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready)
        os.close(tell)


def test_the_holder_is_named_and_a_killed_one_does_not_block(tmp_path: Path) -> None:
    with (
        _held_elsewhere(tmp_path, "extract-component A") as process,
        pytest.raises(TreeLocked, match=rf"`extract-component A` \(process {process}\)"),
    ):
        apply(tmp_path, CHANGES, "x")
    assert not (tmp_path / "a.py").exists()
    assert apply(tmp_path, CHANGES, "x") is not None


def test_a_holder_without_a_name_is_another_run(tmp_path: Path) -> None:
    with _held_elsewhere(tmp_path, "x"):
        (tmp_path / ".refactor-tools/lock").write_bytes(b"")
        with pytest.raises(TreeLocked, match="another run"), tree_lock(tmp_path, "y"):
            pass


def test_the_lock_is_given_back_and_keeps_no_name(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), tree_lock(tmp_path, "a"):
        1 / 0
    with tree_lock(tmp_path, "b"):
        pass
    assert (tmp_path / ".refactor-tools/lock").read_bytes() == b""


def test_a_tree_that_cannot_be_written_is_said(tmp_path: Path, writes_through) -> None:
    def fault(name: str, call: Callable[[], object]) -> object:
        raise PermissionError(13, "Permission denied")

    with writes_through(fault), pytest.raises(RefactorError, match="Permission denied"):
        apply(tmp_path, CHANGES, "x")
    assert list(tmp_path.iterdir()) == []
