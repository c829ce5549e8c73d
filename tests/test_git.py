import subprocess
from pathlib import Path

import pytest

from refactor_tools.errors import RefactorError
from refactor_tools.git import ask_git, changed_since, first_line, repository_prefix, text_at
from tests.repositories import commit_all, git


@pytest.fixture
def top(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "a b/ö").mkdir(parents=True)
    return tmp_path


def test_prefix(top: Path) -> None:
    assert repository_prefix(top) == ""
    assert repository_prefix(top / "a b/ö") == "a b/ö/"


def test_no_work_tree(tmp_path: Path, top: Path) -> None:
    assert repository_prefix(top / ".git") is None


def test_no_repository(tmp_path: Path) -> None:
    assert repository_prefix(tmp_path) is None


def test_no_git(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(top))
    assert repository_prefix(top) is None


def test_repository_that_cannot_be_read(top: Path) -> None:
    (top / ".git/config").write_text("[core\n")
    with pytest.raises(RefactorError, match="git cannot read the repository"):
        repository_prefix(top)


def test_complaints_are_in_english_and_short(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert first_line(ask_git(top, "log")).startswith("fatal: your current branch")


def test_what_changed_since_a_commit(top: Path) -> None:
    for name in ("kept.py", "edited.py", "a b/ö/old\nname.py", "removed.py"):
        (top / name).write_text(f"x = {name!r}\n")
    (top / ".gitignore").write_text("*.log\n")
    commit = commit_all(top)
    (top / "edited.py").write_text("x = 1\n")
    (top / "a b/ö/old\nname.py").rename(top / "new.py")
    (top / "removed.py").unlink()
    git(top, "add", "-A")
    (top / "untracked.py").write_text("")
    (top / "ignored.log").write_text("")
    assert changed_since(top, commit) == {
        *("edited.py", "a b/ö/old\nname.py", "new.py", "removed.py", "untracked.py"),
    }
    assert changed_since(top / "a b", commit) == {"ö/old\nname.py"}
    with pytest.raises(RefactorError, match="git cannot tell what changed since gone"):
        changed_since(top, "gone")


def test_the_text_of_a_file_at_a_commit(top: Path) -> None:
    (top / "a b/x.txt").write_text("one\n")
    commit = commit_all(top)
    (top / "a b/x.txt").write_text("two\n")
    assert text_at(top / "a b", commit, "x.txt") == "one\n"
    assert text_at(top, commit, "x.txt") is None
