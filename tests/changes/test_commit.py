from pathlib import Path

import pytest

from refactor_tools.changes.commit import commit_files, require_committable, require_committed
from refactor_tools.errors import DirtyTree, RefactorError
from tests.repositories import commit_all, git


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root below the top of a repository, with a file of someone else's that is staged and one that is changed."""
    for kind in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{kind}_NAME", "A")
        monkeypatch.setenv(f"GIT_{kind}_EMAIL", "a@example.org")
    root = tmp_path / "project"
    root.mkdir()
    for name in ("old.py", "gone.py", "staged.py", "changed.py"):
        (root / name).write_text("x = 1\n", encoding="utf-8")
    commit_all(tmp_path)
    for name in ("staged.py", "changed.py"):
        (root / name).write_text("x = 2\n", encoding="utf-8")
    git(root, "add", "staged.py")
    return root


def test_a_commit_holds_exactly_the_files(tree: Path) -> None:
    (tree / "old.py").write_text("x = 3\n", encoding="utf-8")
    (tree / "gone.py").unlink()
    (tree / "new").mkdir()
    (tree / "new" / "*.py").write_text("x = 4\n", encoding="utf-8")
    short = commit_files(tree, ["old.py", "gone.py", "new/*.py"], "Extract X\n\nof a")
    assert git(tree, "rev-parse", "--short", "HEAD") == short
    assert git(tree, "log", "-1", "--format=%B") == "Extract X\n\nof a"
    changed = git(tree, "show", "--name-status", "--format=", "--relative").split()
    assert changed == ["D", "gone.py", "A", "new/*.py", "M", "old.py"]
    assert set(git(tree, "status", "--porcelain").split("\n")) >= {"M  project/staged.py"}
    assert git(tree, "diff", "--name-only", "--relative") == "changed.py"


def test_ignored_files_are_left_out(tree: Path) -> None:
    (tree / ".gitignore").write_text("*.log\n", encoding="utf-8")
    (tree / "a.log").write_text("", encoding="utf-8")
    commit_files(tree, [".gitignore", "a.log"], "x")
    assert git(tree, "show", "--name-only", "--format=", "--relative") == ".gitignore"


def test_what_git_refuses_is_said(tree: Path) -> None:
    hook = tree.parent / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not on a Sunday >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    (tree / "old.py").write_text("x = 3\n", encoding="utf-8")
    with pytest.raises(RefactorError, match="the files are written, but git refused to commit them: not on a Sunday"):
        commit_files(tree, ["old.py"], "x")
    assert (tree / "old.py").read_text(encoding="utf-8") == "x = 3\n"


def test_without_a_repository_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefactorError, match="--commit needs a git repository"):
        require_committable(tmp_path)


def test_in_the_middle_of_a_merge_it_is_refused(tree: Path) -> None:
    require_committable(tree)
    (tree.parent / ".git" / "MERGE_HEAD").write_text(git(tree, "rev-parse", "HEAD") + "\n", encoding="utf-8")
    with pytest.raises(RefactorError, match="during a merge"):
        require_committable(tree)


def test_earlier_changes_are_never_swept_in(tree: Path) -> None:
    require_committed(tree, ["old.py", "new.py"])
    with pytest.raises(DirtyTree, match=r"earlier changes in staged\.py, changed\.py"):
        require_committed(tree, ["old.py", "staged.py", "changed.py"])
