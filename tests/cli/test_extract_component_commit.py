"""`extract-component --commit`, as people use it."""

from pathlib import Path

import pytest

from refactor_tools.cli.main import main
from tests.extraction_tree import contents, write_tree
from tests.repositories import git


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for kind in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{kind}_NAME", "A")
        monkeypatch.setenv(f"GIT_{kind}_EMAIL", "a@example.org")
    return write_tree(tmp_path / "project")


def extract(tree: Path, *options: str) -> int:
    return main(["extract-component", "--root", str(tree), "--no-prove", "--commit", *options])


def test_the_commit_names_the_component_and_its_copies(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "notes.txt").write_text("mine\n", encoding="utf-8")
    assert extract(tree, "Summary") == 0
    short = git(tree, "rev-parse", "--short", "HEAD")
    assert f"committed as {short}." in capsys.readouterr().err
    message = git(tree, "log", "-1", "--format=%B")
    assert message.splitlines()[0] == "Extract Summary"
    assert "- legacy/table_model.py::Summary\n- legacy/text_model.py::Summary" in message
    assert git(tree, "status", "--porcelain") == "?? notes.txt"


def test_a_second_run_has_nothing_to_commit(tree: Path) -> None:
    assert extract(tree, "Summary") == 0
    before = git(tree, "rev-parse", "HEAD")
    assert extract(tree, "Summary") == 0
    assert git(tree, "rev-parse", "HEAD") == before


def test_an_uncommitted_earlier_run_is_not_swept_in(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract-component", "--root", str(tree), "--no-prove", "Summary"]) == 0
    before = contents(tree)
    assert extract(tree, "Stretched") == 2
    assert "would also commit earlier changes in" in " ".join(capsys.readouterr().err.split())
    assert contents(tree) == before


def test_without_git_it_is_refused_before_anything_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.refactor-tools]\n", encoding="utf-8")
    assert extract(tmp_path, "Anything") == 2
    assert "--commit needs a git repository" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("option", ["--dry-run", "--diff", "--check"])
def test_a_preview_commits_nothing(tree: Path, option: str) -> None:
    before = git(tree, "rev-parse", "HEAD")
    assert extract(tree, "Summary", option) == 2
    assert git(tree, "rev-parse", "HEAD") == before
