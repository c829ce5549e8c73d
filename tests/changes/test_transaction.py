import os
import stat
from pathlib import Path

import pytest

from refactor_tools.changes.journal import history
from refactor_tools.changes.transaction import apply
from refactor_tools.errors import RefactorError, UnreadableRecord
from refactor_tools.model.changes import ChangeSet, FileChange


def _one(path: str, before: bytes | None, after: bytes | None) -> ChangeSet:
    return ChangeSet("one", (FileChange(path, before, after),))


def test_everything_is_applied_and_journalled(everything, snapshot) -> None:
    root, changes = everything
    run = apply(root, changes, "extract-component P")
    assert run is not None
    assert history(root) == (run,)
    assert (run.id, run.title, run.command, run.state) == ("0001", "extract P", "extract-component P", "done")
    assert run.paths == tuple(change.path for change in changes.files)
    assert run.folders == ("lib", "lib/pooling")
    tree = snapshot(root)
    assert {path: data for path, (_, data) in tree.items() if data is not None} == {
        change.path: change.after for change in changes.files if change.after is not None
    }


def test_modes_are_kept_and_new_files_follow_the_umask(everything, snapshot) -> None:
    root, changes = everything
    (root / "models/a.py").chmod(0o640)
    old = os.umask(0o027)
    try:
        apply(root, changes, "x")
    finally:
        os.umask(old)
    tree = snapshot(root)
    assert [tree[path][0] for path in ("models/a.py", "models/secret.py", "lib/pooling/p.py")] == [0o640, 0o700, 0o640]


def test_the_journal_is_for_its_owner_and_ignored_by_git(everything) -> None:
    root, changes = everything
    apply(root, changes, "x")
    assert stat.S_IMODE((root / ".refactor-tools/journal").stat().st_mode) == 0o700
    assert (root / ".refactor-tools/.gitignore").read_text() == "*\n"


@pytest.mark.parametrize("changes", [ChangeSet("none", ()), _one("a.py", b"x", b"x")])
def test_nothing_effective_writes_nothing(tmp_path: Path, changes: ChangeSet) -> None:
    assert apply(tmp_path, changes, "x") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("before", "there", "message"),
    [(b"1", b"2", "has changed"), (b"1", None, "is gone"), (None, b"2", "exists already")],
)
def test_files_that_are_not_as_they_were_read(tmp_path: Path, before, there, message: str) -> None:
    if there is not None:
        (tmp_path / "a.py").write_bytes(there)
    changes = ChangeSet("two", (FileChange("b.py", None, b"b"), FileChange("a.py", before, b"3")))
    with pytest.raises(RefactorError, match=rf"a\.py: {message}"):
        apply(tmp_path, changes, "x")
    assert not (tmp_path / "b.py").exists()
    assert history(tmp_path) == ()


@pytest.mark.parametrize(
    "path", ["../out.py", "/tmp/out.py", "a/../../out.py", "", "a//b.py", "./a.py", ".git/config", ".refactor-tools/x"]
)
def test_paths_outside_the_users_tree_are_refused(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    with pytest.raises(RefactorError):
        apply(root, _one(path, None, b"x"), "x")
    assert [place.name for place in tmp_path.iterdir()] == ["root"]


def test_links_are_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "a.py").write_bytes(b"1")
    (root / "link").symlink_to(outside)
    (root / "b.py").symlink_to(outside / "a.py")
    (root / "dangling.py").symlink_to(outside / "none.py")
    for path, before in (("link/a.py", b"1"), ("link/new.py", None), ("b.py", b"1"), ("dangling.py", None)):
        with pytest.raises(RefactorError, match="symbolic link"):
            apply(root, _one(path, before, b"2"), "x")
    assert [(place.name, place.read_bytes()) for place in outside.iterdir()] == [("a.py", b"1")]


def test_a_linked_state_folder_is_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / ".refactor-tools").symlink_to(outside)
    with pytest.raises(RefactorError, match="symbolic link"):
        apply(root, _one("a.py", None, b"x"), "x")
    assert list(outside.iterdir()) == []


def test_a_root_behind_a_link_is_fine(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "root").symlink_to("real")
    assert apply(tmp_path / "root", _one("a.py", None, b"x"), "x") is not None
    assert (tmp_path / "real/a.py").read_bytes() == b"x"


def test_read_only_files_are_refused(tmp_path: Path) -> None:
    place = tmp_path / "a.py"
    place.write_bytes(b"1")
    place.chmod(0o444)
    with pytest.raises(RefactorError, match=r"a\.py: is read-only"):
        apply(tmp_path, _one("a.py", b"1", b"2"), "x")
    assert place.read_bytes() == b"1"


def test_folders_and_pipes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").mkdir()
    os.mkfifo(tmp_path / "b.py")
    (tmp_path / "c.py").write_bytes(b"1")
    for path in ("a.py", "b.py", "c.py/d.py"):
        with pytest.raises(RefactorError):
            apply(tmp_path, _one(path, None, b"2"), "x")


@pytest.mark.parametrize(
    "files",
    [
        (FileChange("a.py", None, b"1"), FileChange("a.py", b"1", b"2")),
        (FileChange("a/b.py", None, b"1"), FileChange("a", None, b"2")),
    ],
)
def test_contradictions_are_a_defect(tmp_path: Path, files: tuple[FileChange, ...]) -> None:
    with pytest.raises(ValueError, match="two things about"):
        apply(tmp_path, ChangeSet("both", files), "x")
    assert list(tmp_path.iterdir()) == []


def test_ids_count(tmp_path: Path) -> None:
    for number in range(3):
        apply(tmp_path, _one(f"{number}.py", None, b"x"), "x")
    assert [run.id for run in history(tmp_path)] == ["0001", "0002", "0003"]


def test_the_journal_is_the_same_for_the_same_run(tmp_path: Path, make_tree) -> None:
    def records(root: Path) -> dict[str, bytes]:
        apply(root, make_tree(root), "x")
        state = root / ".refactor-tools"
        return {str(p.relative_to(state)): p.read_bytes() for p in state.rglob("*") if p.is_file()}

    assert records(tmp_path / "one") == records(tmp_path / "two")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"schema": 2}', '{"schema": 1, "title": 3, "command": "", "files": [], "folders": []}', "\udcff"],
)
def test_a_damaged_record_is_named(tmp_path: Path, text: str) -> None:
    apply(tmp_path, _one("a.py", None, b"x"), "x")
    (tmp_path / ".refactor-tools/journal/0001.done/run.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UnreadableRecord, match=r"0001\.done/run\.json"):
        history(tmp_path)
