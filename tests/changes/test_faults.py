"""Writes that the system refuses: the run is taken back, or says that `recover` must end it."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from refactor_tools.changes.journal import history
from refactor_tools.changes.recover import recover
from refactor_tools.changes.transaction import apply
from refactor_tools.changes.undo import undo
from refactor_tools.errors import RefactorError

ERRORS = [errno.ENOSPC, errno.EACCES, errno.EIO]


def _failing(first: int, last: float, error: int) -> tuple[Callable[[str, Callable[[], object]], object], list[str]]:
    """A fault for the writes from number `first` to `last`, and the list of writes it saw."""
    seen: list[str] = []

    def fault(name: str, call: Callable[[], object]) -> object:
        seen.append(name)
        if first <= len(seen) - 1 <= last:
            raise OSError(error, os.strerror(error))
        return call()

    return fault, seen


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("verb", ["apply", "undo"])
def test_a_failed_write_leaves_one_side(
    everything, snapshot, writes_through, verb: str, lasting: bool, error: int
) -> None:
    root, changes = everything
    sides = {"apply": snapshot(root)}
    run = apply(root, changes, "extract-component P")
    assert run
    sides["undo"] = snapshot(root)
    if verb == "apply":
        undo(root)
        shutil.rmtree(root / ".refactor-tools")
    start, end = sides[verb], sides["undo" if verb == "apply" else "apply"]
    fresh = root.with_name("fresh")
    shutil.copytree(root, fresh)
    refused = waiting = 0
    told = True
    for number in range(1000):
        shutil.rmtree(root)
        shutil.copytree(fresh, root)
        fault, seen = _failing(number, float("inf") if lasting else number, error)
        wanted = end
        try:
            with writes_through(fault):
                apply(root, changes, "extract-component P") if verb == "apply" else undo(root)
        except RefactorError as problem:
            wanted = start
            refused += 1
            if any(run.interrupted for run in history(root)):
                told &= "recover" in str(problem)
                wanted = sides["apply"] if recover(root).side == "before" else sides["undo"]
                waiting += 1
        assert snapshot(root) == wanted, (number, seen)
        if len(seen) <= number:
            break
    assert refused > 20
    assert bool(waiting) == lasting
    assert told


def test_short_writes_are_completed(everything, writes_through, snapshot) -> None:
    root, changes = everything
    real = os.write
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", lambda handle, data: real(handle, data[:1]))
        apply(root, changes, "extract-component P")
    assert all(snapshot(root)[change.path][1] == change.after for change in changes.files if change.after is not None)


def test_journal_is_on_disk_before_the_first_write(everything) -> None:
    root, changes = everything
    calls: list[tuple[str, str]] = []
    real_open, real_fsync, real_rename, real_replace = os.open, os.fsync, os.rename, os.replace
    names: dict[int, str] = {}

    def opened(path, flags, *args, **options):
        handle = real_open(path, flags, *args, **options)
        names[handle] = str(path)
        return handle

    def logged(name, real):
        def call(target, *rest):
            calls.append((name, names[target] if isinstance(target, int) else str(target)))
            return real(target, *rest)

        return call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "open", opened)
        patch.setattr(os, "fsync", logged("fsync", real_fsync))
        patch.setattr(os, "rename", logged("rename", real_rename))
        patch.setattr(os, "replace", logged("replace", real_replace))
        apply(root, changes, "extract-component P")
    first = next(index for index, call in enumerate(calls) if call[0] == "replace")
    begun = next(index for index, call in enumerate(calls) if call[0] == "rename")
    journal = root / ".refactor-tools" / "journal"
    assert ("fsync", str(journal)) in calls[begun:first]
    assert ("fsync", str(journal / "0001.preparing/run.json")) in calls[:begun]
    assert sum(name == "fsync" and "/contents/" in place for name, place in calls[:begun]) == 7
    moved = {place for name, place in calls[first:] if name == "replace"}
    assert len(moved) == 4
    assert moved <= {place for name, place in calls[begun:first] if name == "fsync"}


def test_another_writer_in_the_middle(everything, writes_through, snapshot) -> None:
    root, changes = everything
    before = snapshot(root)
    place = root / "models/secret.py"

    def fault(name: str, call: Callable[[], object]) -> object:
        if name == "replace":
            place.write_bytes(b"theirs\n")
        return call()

    with writes_through(fault), pytest.raises(RefactorError, match=r"models/secret\.py: was changed by someone else"):
        apply(root, changes, "extract-component P")
    after = snapshot(root)
    assert after.pop("models/secret.py") == (0o700, b"theirs\n")
    before.pop("models/secret.py")
    assert after == before
    assert [run.state for run in history(root)] == ["rolled-back"]


def test_a_target_that_turns_into_a_folder(everything, writes_through, snapshot) -> None:
    root, changes = everything
    before = snapshot(root)
    place = root / "models/secret.py"

    def fault(name: str, call: Callable[[], object]) -> object:
        if name == "replace" and place.is_file():
            place.unlink()
            place.mkdir()
        return call()

    with writes_through(fault), pytest.raises(RefactorError, match=r"models/secret\.py"):
        apply(root, changes, "extract-component P")
    assert snapshot(root) == before | {"models/secret.py": (0o755, None)}
    assert [run.state for run in history(root)] == ["rolled-back"]


def test_interrupt_from_the_keyboard_takes_the_run_back(everything, writes_through, snapshot) -> None:
    root, changes = everything
    before = snapshot(root)
    left = iter([False, True])

    def fault(name: str, call: Callable[[], object]) -> object:
        if name == "replace" and next(left, False):
            raise KeyboardInterrupt
        return call()

    with writes_through(fault), pytest.raises(KeyboardInterrupt):
        apply(root, changes, "extract-component P")
    assert snapshot(root) == before
    assert [run.state for run in history(root)] == ["rolled-back"]


def test_damaged_contents_are_refused(everything, snapshot) -> None:
    root, changes = everything
    apply(root, changes, "extract-component P")
    after = snapshot(root)
    for blob in Path(root, ".refactor-tools/journal/0001.done/contents").iterdir():
        blob.write_bytes(b"rot")
    with pytest.raises(RefactorError, match="damaged"):
        undo(root)
    assert snapshot(root) == after
    assert history(root)[-1].state == "done"
