"""`check-equivalence` in a workflow: annotations, the summary page, and only what a change reaches."""

from pathlib import Path

import pytest

from refactor_tools.cli.common import CLEAN, FINDINGS, USAGE
from refactor_tools.cli.github import SUMMARY
from refactor_tools.cli.main import main
from tests.certified_tree import LIBRARY_FILE, write_tree
from tests.repositories import commit_all


def run(root: Path, *arguments: str) -> int:
    return main(["check-equivalence", "--root", str(root), *arguments])


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(SUMMARY, raising=False)
    root = write_tree(tmp_path / "tree")
    commit_all(root)
    return root


def test_a_missing_certificate_is_annotated(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tree, "--output-format", "github") == FINDINGS
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"::error file={LIBRARY_FILE},line=6,title=Pool%3A MISSING::there is no certificate")


def test_the_summary_is_appended(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "summary.md"
    page.write_text("# Before\n")
    monkeypatch.setenv(SUMMARY, str(page))
    assert run(tree, "--output-format", "github", "-q") == FINDINGS
    text = page.read_text()
    assert text.startswith("# Before\n# Equivalence\n")
    assert "| `Pool` | MISSING |" in text


def test_other_formats_leave_the_summary_alone(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SUMMARY, str(tmp_path / "summary.md"))
    assert run(tree, "--output-format", "markdown", "-q") == FINDINGS
    assert not (tmp_path / "summary.md").exists()


def test_a_summary_that_cannot_be_written_is_said(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(SUMMARY, str(tmp_path))
    assert run(tree, "--output-format", "github") == USAGE
    assert f"{SUMMARY} cannot be written" in capsys.readouterr().err


def test_since_leaves_out_what_the_change_cannot_reach(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tree, "--since", "HEAD") == CLEAN
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Left out: 1 component that the change since HEAD cannot reach." in shown.err
    (tree / LIBRARY_FILE).write_text("x = 1\n")
    assert run(tree, "--since", "HEAD") == FINDINGS
    shown = capsys.readouterr()
    assert "MISSING" in shown.out
    assert "Left out" not in shown.err


def test_since_an_unknown_revision_is_a_usage_error(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tree, "--since", "gone") == USAGE
    assert "git knows no commit 'gone' here" in capsys.readouterr().err
