import json
import subprocess
import sys
from pathlib import Path

import pytest

from refactor_tools.changes.journal import history
from refactor_tools.changes.record import record
from refactor_tools.changes.transaction import apply
from refactor_tools.cli.main import main
from refactor_tools.model.changes import ChangeSet, FileChange

CHANGES = ChangeSet("extract P", (FileChange("a.py", b"1\n", b"2\n"), FileChange("lib/p.py", None, b"3\n")))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with one run, 0001."""
    (tmp_path / "a.py").write_bytes(b"1\n")
    assert apply(tmp_path, CHANGES, "extract-component P")
    return tmp_path


def test_history_lists_runs(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--root", str(root)]) == 0
    assert capsys.readouterr().out == "0001  done         files: 2    extract P\n"
    assert main(["history", "--root", str(root), "-v"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["      changed  a.py", "      added    lib/p.py"]


def test_history_as_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--root", str(root), "--output-format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "schema": 1,
        "runs": [
            {
                "id": "0001",
                "title": "extract P",
                "command": "extract-component P",
                "state": "done",
                "files": [{"path": "a.py", "change": "changed"}, {"path": "lib/p.py", "change": "added"}],
            }
        ],
        "outcomes": [{"name": "0001", "outcome": "done", "reason": "extract P"}],
    }


def test_history_of_a_tree_without_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--root", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "no run is journalled\n"
    assert list(tmp_path.iterdir()) == []


def test_undo(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["undo", "--root", str(root)]) == 0
    assert capsys.readouterr().out == "run 0001 (extract P) is undone; files: 1 restored, 1 removed\n"
    assert (root / "a.py").read_bytes() == b"1\n"
    assert not (root / "lib").exists()
    assert main(["undo", "--root", str(root)]) == 2
    assert "no run to undo" in capsys.readouterr().err


def test_undo_as_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["undo", "1", "--root", str(root), "--output-format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["outcomes"] == [
        {"name": "0001", "outcome": "undone", "reason": "extract P"}
    ]


@pytest.mark.parametrize(
    ("option", "code", "start"),
    [
        ("--dry-run", 0, "run 0001 (extract P) would be undone;"),
        ("--diff", 0, "--- a/a.py\n+++ b/a.py\n"),
        ("--check", 1, ""),
    ],
)
def test_undo_that_writes_nothing(
    root: Path, capsys: pytest.CaptureFixture[str], option: str, code: int, start: str
) -> None:
    assert main(["undo", "--root", str(root), option]) == code
    out = capsys.readouterr().out
    assert out.startswith(start)
    assert bool(out) == bool(start)
    assert (root / "a.py").read_bytes() == b"2\n"
    assert history(root)[0].state == "done"


def test_the_patch_of_undo_is_one_that_git_takes(root: Path, tmp_path: Path) -> None:
    assert main(["undo", "--root", str(root), "--diff", "-o", str(tmp_path / "undo.patch")]) == 0
    subprocess.run(
        ["git", "apply", "undo.patch"], cwd=root, check=True, env={"GIT_CEILING_DIRECTORIES": str(root.parent)}
    )
    assert (root / "a.py").read_bytes() == b"1\n"
    assert not (root / "lib/p.py").exists()


def test_undo_of_a_changed_file_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "a.py").write_bytes(b"mine\n")
    for option in ([], ["--dry-run"], ["--diff"], ["--check"]):
        assert main(["undo", "--root", str(root), *option]) == 2
        assert "files have changed since: a.py;" in capsys.readouterr().err
    assert (root / "a.py").read_bytes() == b"mine\n"


def test_recover(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recover", "--root", str(root)]) == 0
    assert capsys.readouterr().out == "no run was interrupted\n"
    record(root, ChangeSet("migrate", (FileChange("a.py", b"2\n", b"4\n"),)), "migrate-imports")
    assert main(["history", "--root", str(root)]) == 0
    assert "refactor-tools recover" in capsys.readouterr().err
    assert main(["undo", "--root", str(root)]) == 2
    assert main(["recover", "--root", str(root)]) == 0
    assert capsys.readouterr().out == "run 0002 (migrate) was interrupted: the tree is as before it\n"
    assert [run.state for run in history(root)] == ["done", "rolled-back"]


def test_recover_as_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for outcomes in ([{"name": "0002", "outcome": "rolled-back", "reason": "migrate"}], []):
        if outcomes:
            record(root, ChangeSet("migrate", (FileChange("a.py", b"2\n", b"4\n"),)), "migrate-imports")
        assert main(["recover", "--root", str(root), "--output-format", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["outcomes"] == outcomes


def test_the_root_is_found_from_the_folder_below(root: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "pyproject.toml").write_text("[tool.refactor-tools]\n")
    monkeypatch.chdir(root / "lib")
    assert main(["history"]) == 0
    assert capsys.readouterr().out.startswith("0001")


@pytest.mark.parametrize("command", ["undo", "recover", "history", "show-settings"])
def test_help_has_examples_and_loads_little(command: str) -> None:
    code = (
        "import sys\n"
        "from refactor_tools.cli.main import main\n"
        f"code = main(['{command}', '--help'])\n"
        "heavy = {'rich', 'libcst', 'torch', 'joblib', 'refactor_tools.changes', 'refactor_tools.settings'}\n"
        "sys.exit(code or bool(heavy & set(sys.modules)))\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "Example" in shown
    assert f"refactor-tools {command}" in shown
