"""A run that is killed after any of its writes leaves the tree whole, or `recover` makes it whole."""

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from refactor_tools.changes.journal import history
from refactor_tools.changes.recover import recover
from refactor_tools.changes.transaction import apply
from refactor_tools.changes.undo import undo
from refactor_tools.errors import RefactorError

Tree = dict[str, tuple[int, bytes | None]]
Snapshot = Callable[[Path], Tree]
Killed = Callable[[int, Callable[[], object]], bool]


def _moments(killed_at: Killed, root: Path, work: Callable[[], object]) -> list[None]:
    """Yields once for every moment at which `work` was killed, on a tree that was fresh before it."""
    fresh = root.with_name("fresh")
    shutil.copytree(root, fresh)
    for number in count():
        shutil.rmtree(root)
        shutil.copytree(fresh, root)
        if not killed_at(number, work):
            return
        yield


def test_killed_apply_is_recovered(everything, snapshot: Snapshot, killed_at: Killed) -> None:
    root, changes = everything
    before = snapshot(root)
    sides, moments = set(), 0
    for _ in _moments(killed_at, root, lambda: apply(root, changes, "extract-component P")):
        moments += 1
        recovery = recover(root)
        tree = snapshot(root)
        sides.add(recovery.side)
        done = [run for run in history(root) if run.state == "done"]
        if done:
            undo(root)
        else:
            assert tree == before
        assert snapshot(root) == before
        assert apply(root, changes, "extract-component P") is not None
    assert sides == {None, "before", "after"}
    assert moments > 50


def test_killed_undo_is_recovered(everything, snapshot: Snapshot, killed_at: Killed) -> None:
    root, changes = everything
    before = snapshot(root)
    apply(root, changes, "extract-component P")
    after = snapshot(root)
    trees = []
    for _ in _moments(killed_at, root, lambda: undo(root)):
        recovery = recover(root)
        trees.append(snapshot(root))
        assert trees[-1] == (before if recovery.run or history(root)[-1].state == "undone" else after)
    assert before in trees
    assert after in trees


def test_killed_recovery_is_recovered(everything, snapshot: Snapshot, killed_at: Killed) -> None:
    root, changes = everything
    before = snapshot(root)
    for number in count():
        assert killed_at(number, lambda: apply(root, changes, "extract-component P"))
        if (
            history(root)
            and history(root)[-1].interrupted
            and snapshot(root).get("models/a.py") != before["models/a.py"]
        ):
            break
        recover(root)
    for _ in _moments(killed_at, root, lambda: recover(root)):
        recover(root)
        assert snapshot(root) == before


def test_an_interrupted_run_stops_others(everything, killed_at: Killed) -> None:
    root, changes = everything
    for number in count():
        assert killed_at(number, lambda: apply(root, changes, "extract-component P"))
        if history(root):
            break
    with pytest.raises(RefactorError, match="recover"):
        apply(root, changes, "extract-component P")
    with pytest.raises(RefactorError, match="recover"):
        undo(root)
    assert recover(root).side == "before"
    assert apply(root, changes, "extract-component P") is not None


def test_edits_after_the_crash_are_not_lost(everything, killed_at: Killed, snapshot: Snapshot) -> None:
    root, changes = everything
    before = snapshot(root)
    for number in count():
        assert killed_at(number, lambda: apply(root, changes, "extract-component P"))
        if history(root):
            break
    place = root / "models/a.py"
    place.write_bytes(b"mine\n")
    half = snapshot(root)
    with pytest.raises(RefactorError, match=r"models/a\.py"):
        recover(root)
    assert snapshot(root) == half
    place.unlink()
    assert recover(root).side == "before"
    assert snapshot(root)["models/a.py"] == before["models/a.py"]
