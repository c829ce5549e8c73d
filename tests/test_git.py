import subprocess
from pathlib import Path

import pytest

from refactor_tools.errors import RefactorError
from refactor_tools.git import ask_git, first_line, repository_prefix


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
