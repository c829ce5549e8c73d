from pathlib import Path

import pytest

from refactor_tools.changes.journal import history
from refactor_tools.changes.recover import Recovery, recover
from refactor_tools.changes.transaction import apply
from refactor_tools.changes.undo import undo, undo_changes, undoable
from refactor_tools.errors import RefactorError
from refactor_tools.model.changes import ChangeSet, FileChange


def _write(root: Path, path: str, before: bytes | None, after: bytes | None) -> None:
    assert apply(root, ChangeSet(path, (FileChange(path, before, after),)), "x")


def test_undo_brings_everything_back(everything, snapshot) -> None:
    root, changes = everything
    before = snapshot(root)
    apply(root, changes, "x")
    run = undo(root)
    assert (run.id, run.state) == ("0001", "undone")
    assert snapshot(root) == before
    assert [run.state for run in history(root)] == ["undone"]


def test_undo_twice(everything) -> None:
    root, changes = everything
    apply(root, changes, "x")
    undo(root)
    with pytest.raises(RefactorError, match="no run to undo"):
        undo(root)
    with pytest.raises(RefactorError, match="undone already"):
        undo(root, "0001")


def test_undo_goes_back_run_by_run(tmp_path: Path) -> None:
    _write(tmp_path, "a.py", None, b"1")
    _write(tmp_path, "a.py", b"1", b"2")
    assert undo(tmp_path).id == "0002"
    assert (tmp_path / "a.py").read_bytes() == b"1"
    assert undo(tmp_path).id == "0001"
    assert not (tmp_path / "a.py").exists()


def test_an_older_run_is_undone_where_no_later_one_touched_its_files(tmp_path: Path) -> None:
    _write(tmp_path, "a.py", None, b"1")
    _write(tmp_path, "b.py", None, b"1")
    assert undo(tmp_path, "1").id == "0001"
    assert [place.name for place in tmp_path.glob("*.py")] == ["b.py"]


def test_later_runs_on_the_same_file_are_named(tmp_path: Path) -> None:
    _write(tmp_path, "a.py", None, b"1")
    _write(tmp_path, "b.py", None, b"1")
    _write(tmp_path, "a.py", b"1", b"2")
    with pytest.raises(RefactorError, match=r"later runs on them first: 0003$"):
        undo(tmp_path, "0001")


@pytest.mark.parametrize("edit", [lambda p: p.write_bytes(b"mine"), lambda p: p.unlink()], ids=["edited", "deleted"])
def test_files_changed_since_are_named_and_kept(everything, snapshot, edit) -> None:
    root, changes = everything
    apply(root, changes, "x")
    edit(root / "lib/pooling/p.py")
    there = snapshot(root)
    with pytest.raises(RefactorError, match=r"changed since: lib/pooling/p\.py;"):
        undo(root)
    assert snapshot(root) == there


def test_a_deleted_file_that_came_back_is_not_overwritten(everything, snapshot) -> None:
    root, changes = everything
    apply(root, changes, "x")
    (root / "models/old.py").write_bytes(b"new")
    with pytest.raises(RefactorError, match=r"models/old\.py"):
        undo(root)
    assert (root / "models/old.py").read_bytes() == b"new"


def test_folders_that_hold_something_else_stay(everything) -> None:
    root, changes = everything
    apply(root, changes, "x")
    (root / "lib/notes.txt").write_text("mine")
    undo(root)
    assert (root / "lib/notes.txt").exists()
    assert not (root / "lib/pooling").exists()


def test_bytecode_does_not_keep_a_folder(everything) -> None:
    root, changes = everything
    apply(root, changes, "x")
    cache = root / "lib/pooling/__pycache__"
    cache.mkdir()
    (cache / "p.cpython-311.pyc").write_bytes(b"")
    undo(root)
    assert not (root / "lib").exists()


def test_a_folder_of_the_user_keeps_its_bytecode(tmp_path: Path) -> None:
    (tmp_path / "lib/__pycache__").mkdir(parents=True)
    (tmp_path / "lib/__pycache__/a.pyc").write_bytes(b"")
    _write(tmp_path, "lib/p.py", None, b"x")
    undo(tmp_path)
    assert (tmp_path / "lib/__pycache__/a.pyc").exists()


def test_a_deleted_file_comes_back_in_a_folder_that_is_gone(everything, snapshot) -> None:
    root, _ = everything
    secret = (root / "models/secret.py").read_bytes()
    _write(root, "models/secret.py", secret, None)
    before = snapshot(root / "models")
    for path in before:
        (root / "models" / path).unlink()
    (root / "models").rmdir()
    undo(root)
    assert snapshot(root)["models/secret.py"] == (0o700, secret)


def test_an_unknown_run_is_named_with_the_known_ones(tmp_path: Path) -> None:
    _write(tmp_path, "a.py", None, b"1")
    with pytest.raises(RefactorError, match=r"no run 7; runs that can be undone: 0001"):
        undo(tmp_path, "7")


def test_planning_writes_nothing(everything, snapshot) -> None:
    root, changes = everything
    apply(root, changes, "x")
    after = snapshot(root)
    planned = undo_changes(root, undoable(root))
    assert {(change.path, change.before, change.after) for change in planned.files} == {
        (change.path, change.after, change.before) for change in changes.files
    }
    assert snapshot(root) == after
    assert history(root)[0].state == "done"


def test_without_a_run_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(RefactorError, match="no run to undo"):
        undo(tmp_path)
    assert recover(tmp_path) == Recovery(None, None)
    assert history(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []
