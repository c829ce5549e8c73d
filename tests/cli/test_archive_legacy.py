"""`archive-legacy` as it is called."""

import json
import subprocess
from pathlib import Path

import pytest

from refactor_tools.cli.common import CLEAN, FINDINGS, USAGE
from refactor_tools.cli.main import main

FILES = {
    "pyproject.toml": '[tool.refactor-tools]\nlegacy = ["legacy"]\n',
    "legacy/old.py": "class Old: pass\n",
    "legacy/used.py": "class Used: pass\n",
    "run.py": "from legacy.used import Used\n",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".refactor-tools" not in path.parts
    }


def test_moves_and_undoes(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["archive-legacy"]) == CLEAN
    out = capsys.readouterr().out
    assert "1 file archived" in out
    assert "legacy/old.py -> archive/legacy/old.py" in out
    assert "legacy/used.py  used by run.py" in out
    assert (tree / "archive/legacy/old.py").exists()
    assert main(["archive-legacy"]) == CLEAN
    assert "Nothing to archive." in capsys.readouterr().out
    assert main(["undo"]) == CLEAN
    assert not (tree / "archive").exists()


@pytest.mark.parametrize("options", [["--dry-run"], ["--diff"], ["--check"], ["--dry-run", "--output-format", "json"]])
def test_previews_write_nothing(tree: Path, options: list[str]) -> None:
    before = contents(tree)
    assert main(["archive-legacy", *options]) == (FINDINGS if "--check" in options else CLEAN)
    assert contents(tree) == before


def test_the_diff_applies(tree: Path) -> None:
    assert main(["archive-legacy", "--diff", "-o", "out.patch"]) == CLEAN
    subprocess.run(["git", "apply", "out.patch"], cwd=tree, check=True)
    assert (tree / "archive/legacy/old.py").read_text() == FILES["legacy/old.py"]
    assert not (tree / "legacy/old.py").exists()


def test_a_named_file_that_stays_is_a_finding(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["archive-legacy", "legacy/used.py", "--output-format", "json"]) == FINDINGS
    document = json.loads(capsys.readouterr().out)
    assert document["outcomes"] == [{"name": "legacy/used.py", "outcome": "kept", "reason": "used by run.py"}]
    assert document["written"] is False


def test_used(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["archive-legacy", "--used", "legacy/used.py"]) == CLEAN
    assert (tree / "run.py").read_text() == "from archive.legacy.used import Used\n"
    assert "legacy/used.py -> archive/legacy/used.py" in capsys.readouterr().out


@pytest.mark.parametrize("options", [["--used"], ["--used", "legacy/used.py", "legacy/old.py"], ["nowhere"]])
def test_usage(tree: Path, options: list[str]) -> None:
    before = contents(tree)
    assert main(["archive-legacy", *options]) == USAGE
    assert contents(tree) == before
