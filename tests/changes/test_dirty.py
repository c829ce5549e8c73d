import os
import subprocess
from pathlib import Path

import pytest

from refactor_tools.changes.dirty import dirty_files, require_clean
from refactor_tools.changes.transaction import apply
from refactor_tools.changes.undo import undo
from refactor_tools.errors import DirtyTree, RefactorError
from refactor_tools.model.changes import ChangeSet, FileChange


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(params=["", "sub/folder"], ids=["top", "below the top"])
def root(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A folder of a repository with two committed files."""
    root = tmp_path / "repository" / request.param
    root.mkdir(parents=True)
    git(tmp_path / "repository", "init", "-q")
    for name in ("a.py", "größe b.py"):
        (root / name).write_bytes(b"1\n")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "start")
    return root


def _change(root: Path, path: str, before: bytes | None, after: bytes | None) -> None:
    assert apply(root, ChangeSet(path, (FileChange(path, before, after),)), "x")


def test_committed_and_missing_files_are_clean(root: Path) -> None:
    assert dirty_files(root, ["a.py", "größe b.py", "lib/new.py"]) == ()
    assert dirty_files(root, []) == ()


def test_changed_staged_untracked_and_deleted_files_are_dirty(root: Path) -> None:
    (root / "a.py").write_bytes(b"2\n")
    (root / "größe b.py").unlink()
    (root / "lib").mkdir()
    (root / "lib/new.py").write_bytes(b"")
    (root / "staged.py").write_bytes(b"")
    git(root, "add", "staged.py")
    paths = ["lib/new.py", "a.py", "größe b.py", "staged.py"]
    assert dirty_files(root, paths) == tuple(paths)
    assert dirty_files(root, ["a.py"]) == ("a.py",)


def test_renamed_files_are_dirty_under_both_names(root: Path) -> None:
    git(root, "mv", "a.py", "c.py")
    assert dirty_files(root, ["a.py", "c.py", "größe b.py"]) == ("a.py", "c.py")


def test_ignored_files_are_clean(root: Path) -> None:
    (root / ".gitignore").write_text("*.tmp.py\n")
    (root / "x.tmp.py").write_bytes(b"")
    assert dirty_files(root, ["x.tmp.py"]) == ()


def test_names_are_no_patterns(root: Path) -> None:
    (root / "a.py").write_bytes(b"2\n")
    assert dirty_files(root, ["*.py", ":(top)a.py", "[a].py"]) == ()


def test_what_runs_wrote_is_clean_until_it_is_edited(root: Path) -> None:
    _change(root, "a.py", b"1\n", b"2\n")
    _change(root, "lib/new.py", None, b"3\n")
    _change(root, "größe b.py", b"1\n", None)
    paths = ["a.py", "lib/new.py", "größe b.py"]
    assert dirty_files(root, paths) == ()
    (root / "a.py").write_bytes(b"mine\n")
    assert dirty_files(root, paths) == ("a.py",)


def test_only_the_last_run_on_a_file_counts(root: Path) -> None:
    _change(root, "a.py", b"1\n", b"2\n")
    _change(root, "a.py", b"2\n", b"3\n")
    (root / "a.py").write_bytes(b"2\n")
    assert dirty_files(root, ["a.py"]) == ("a.py",)


def test_an_undone_run_accounts_for_nothing(root: Path) -> None:
    (root / "a.py").write_bytes(b"mine\n")
    _change(root, "a.py", b"mine\n", b"2\n")
    assert dirty_files(root, ["a.py"]) == ()
    undo(root)
    assert dirty_files(root, ["a.py"]) == ("a.py",)


def test_the_message_names_the_files_and_the_way_out(root: Path) -> None:
    (root / "a.py").write_bytes(b"2\n")
    with pytest.raises(DirtyTree, match=r"a\.py; commit or stash them, or pass --allow-dirty"):
        require_clean(root, ["größe b.py", "a.py"], allow=False)
    require_clean(root, ["a.py"], allow=True)
    require_clean(root, ["größe b.py"], allow=False)


def test_many_files(root: Path) -> None:
    names = [f"{number:04d}{'n' * 200}.py" for number in range(1200)]
    for name in names:
        (root / name).write_bytes(b"")
    assert dirty_files(root, names) == tuple(names)


def test_outside_a_repository_nothing_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "a.py").write_bytes(b"")
    assert dirty_files(tmp_path, ["a.py"]) == ()


def test_without_git_nothing_is_checked(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (root / "a.py").write_bytes(b"2\n")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert dirty_files(root, ["a.py"]) == ()


def test_a_repository_that_git_cannot_read_is_said(root: Path, tmp_path: Path) -> None:
    (tmp_path / "repository/.git/index").write_bytes(b"rot")
    with pytest.raises(RefactorError, match="git cannot tell"):
        dirty_files(root, ["a.py"])


def test_no_program_of_the_repository_is_run(root: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    os.chmod(trap, 0o755)
    git(root, "config", "core.fsmonitor", str(trap))
    dirty_files(root, ["a.py"])
    assert not (tmp_path / "sprung").exists()
