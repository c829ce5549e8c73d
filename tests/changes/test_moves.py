"""Files that are moved: their mode, git's index, and the way back."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from refactor_tools.changes.journal import history
from refactor_tools.changes.recover import recover
from refactor_tools.changes.transaction import apply
from refactor_tools.changes.undo import undo
from refactor_tools.git import move_in_index
from refactor_tools.model.changes import ChangeSet, FileChange

MOVE = ChangeSet(
    "move", (FileChange("old/a.py", b"x = 1\n", None), FileChange("new/b.py", None, b"x = 2\n", moved_from="old/a.py"))
)


def git(root: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture(params=["", "inner"])
def tree(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A committed tree, once at the top of its repository and once below."""
    root = tmp_path / request.param
    (root / "old").mkdir(parents=True)
    (root / "old/a.py").write_text("x = 1\n")
    (root / "old/a.py").chmod(0o755)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    return root


def test_git_sees_the_file_renamed_and_its_mode_stays(tree: Path) -> None:
    apply(tree, MOVE, "move")
    assert not (tree / "old").exists()
    assert (tree / "new/b.py").read_bytes() == b"x = 2\n"
    assert stat.S_IMODE((tree / "new/b.py").stat().st_mode) == 0o755
    status = git(tree, "status", "--porcelain").splitlines()
    assert [line[:2] for line in status] == ["RM"], "the rename is staged, the edit is not"


def test_undo_takes_it_back_in_the_index_too(tree: Path) -> None:
    apply(tree, MOVE, "move")
    undo(tree)
    assert (tree / "old/a.py").read_bytes() == b"x = 1\n"
    assert stat.S_IMODE((tree / "old/a.py").stat().st_mode) == 0o755
    assert not (tree / "new").exists()
    assert git(tree, "status", "--porcelain") == ""


def test_a_folder_with_more_in_it_stays(tree: Path) -> None:
    (tree / "old/data.txt").write_text("1")
    (tree / "old/__pycache__").mkdir()
    apply(tree, MOVE, "move")
    assert sorted(os.listdir(tree / "old")) == ["data.txt"]


def test_the_journal_knows_the_move(tree: Path) -> None:
    apply(tree, MOVE, "move")
    assert history(tree.resolve())[-1].moves == (("old/a.py", "new/b.py"),)
    assert recover(tree).run is None


def test_what_git_does_not_track_is_moved_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old/a.py").write_text("x = 1\n")
    apply(tmp_path, MOVE, "move")
    assert (tmp_path / "new/b.py").exists()
    assert move_in_index(tmp_path, [("old/a.py", "new/b.py")])


def test_no_hook_of_the_repository_runs(tree: Path) -> None:
    top = Path(git(tree, "rev-parse", "--show-toplevel").strip())
    hook = top / ".git/hooks/post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch ran\n")
    hook.chmod(0o755)
    apply(tree, MOVE, "move")
    assert not list(top.rglob("ran"))
