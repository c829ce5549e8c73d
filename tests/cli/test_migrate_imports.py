"""`migrate-imports` as it is called."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from refactor_tools.certificates.store import dump_keymap, keymap_path
from refactor_tools.cli.common import CLEAN, FINDINGS, USAGE
from refactor_tools.cli.main import main
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.components import KeyMap, OriginalRecord
from refactor_tools.model.facts import Parameter

POOL = KeyMap(
    "components.pooling.pool.Pool",
    "components.pooling.pool",
    "components.pooling",
    "Pool",
    "class",
    (
        OriginalRecord("legacy/a.py::Pool", "Pool", "d", Adapter(), "alias"),
        OriginalRecord(
            "legacy/b.py::Pool",
            "Pool",
            "d",
            Adapter(init=(Argument("size", "config.size"),)),
            "adapted",
            parameters=(Parameter("config"),),
            forward=(Parameter("x"),),
        ),
    ),
)
FILES = {
    "pyproject.toml": "[tool.refactor-tools]\n",
    keymap_path("Pool"): dump_keymap(POOL),
    "components/__init__.py": "",
    "components/pooling/__init__.py": "from components.pooling.pool import Pool\n",
    "components/pooling/pool.py": "class Pool:\n    def __init__(self, size): pass\n",
    "legacy/a.py": "Pool = 1\n",
    "legacy/b.py": "Pool = 1\n",
    "legacy/train.py": "from a import Pool\nprint(Pool)\n",
    "legacy/test.py": "from b import Pool\nprint(isinstance(1, Pool))\n",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def migrate(*options: str) -> int:
    return main(["migrate-imports", *options])


def contents(root: Path) -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_rewrites_and_says_what_stays_and_how_to_undo(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert migrate() == CLEAN
    out = capsys.readouterr().out
    assert (tree / "legacy/train.py").read_text() == "from components.pooling import Pool\nprint(Pool)\n"
    assert (tree / "legacy/test.py").read_text() == FILES["legacy/test.py"]
    assert "1 place rewritten in 1 file, 1 kept on the old name" in out
    assert "+ from components.pooling import Pool" in out
    assert "Pool: isinstance at line 2" in out
    assert out.splitlines()[-1].strip() == "Written 1 file. Undo: refactor-tools undo"
    assert max(map(len, out.splitlines())) <= 80

    assert migrate() == CLEAN
    out = capsys.readouterr().out
    assert "0 places" in out
    assert out.splitlines()[-1].strip() == "Nothing to write."

    assert main(["undo"]) == CLEAN
    assert (tree / "legacy/train.py").read_text() == FILES["legacy/train.py"]


@pytest.mark.parametrize("options", [["--dry-run"], ["--diff"], ["--check"], ["--dry-run", "--output-format", "json"]])
def test_previews_write_nothing(tree: Path, options: Sequence[str]) -> None:
    before = contents(tree)
    assert migrate(*options) == (FINDINGS if "--check" in options else CLEAN)
    assert contents(tree) == before


def test_check_is_silent_and_clean_after_the_run(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert migrate("--check") == FINDINGS
    assert capsys.readouterr().out == ""
    migrate()
    assert migrate("--check") == CLEAN


def test_the_diff_applies(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert migrate("--diff", "-o", "out.patch") == CLEAN
    assert capsys.readouterr().out == ""
    subprocess.run(["git", "apply", "out.patch"], cwd=tree, check=True)
    assert (tree / "legacy/train.py").read_text() == "from components.pooling import Pool\nprint(Pool)\n"


def test_json(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert migrate("--output-format", "json") == CLEAN
    document = json.loads(capsys.readouterr().out)
    assert document == {
        "schema": 1,
        "outcomes": [
            {"name": "legacy/train.py", "outcome": "rewritten", "reason": ""},
            {"name": "legacy/test.py:1", "outcome": "kept", "reason": "Pool: isinstance at line 2"},
        ],
        "written": True,
        "files": ["legacy/train.py"],
        "moved": [],
        "rewritten": [
            {
                "path": "legacy/train.py",
                "line": 1,
                "old": "from a import Pool",
                "new": "from components.pooling import Pool",
            }
        ],
        "kept": [{"path": "legacy/test.py", "line": 1, "name": "Pool", "reason": "isinstance at line 2"}],
        "strings": [],
    }


def test_stated_imports_in_a_folder(tree: Path) -> None:
    assert migrate("--old", "from a import Pool", "--new", "from c import Pool", "--directory", "legacy") == CLEAN
    assert (tree / "legacy/train.py").read_text() == "from c import Pool\nprint(Pool)\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--old", "from a import Pool"], "--old and --new go together"),
        (["--old", "import a", "--new", "import b"], "must look like"),
        (["nowhere"], "nowhere"),
        (["--directory", "pyproject.toml"], "pyproject.toml"),
    ],
)
def test_usage(tree: Path, capsys: pytest.CaptureFixture[str], options: Sequence[str], message: str) -> None:
    before = contents(tree)
    assert migrate(*options) == USAGE
    assert message in capsys.readouterr().err
    assert contents(tree) == before


def test_a_file_that_does_not_parse_stops_everything(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "legacy/z.py").write_text("from a import Pool\nprint Pool\n")
    before = contents(tree)
    assert migrate() == USAGE
    assert "legacy/z.py:2" in capsys.readouterr().err
    assert contents(tree) == before


def test_a_dirty_tree_is_refused(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tree, check=True)
    assert migrate() == USAGE
    assert "legacy/train.py" in capsys.readouterr().err
    assert (tree / "legacy/train.py").read_text() == FILES["legacy/train.py"]
    assert migrate("--allow-dirty") == CLEAN
    assert "components.pooling" in (tree / "legacy/train.py").read_text()


def test_a_tree_without_components_gets_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert migrate() == CLEAN
    assert "extract-component" in capsys.readouterr().err


def test_strings_are_listed_and_rewritten_on_request(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "conf.yaml").write_text("_target_: legacy.a.Pool  # x\nother: legacy.b.Pool\n")
    assert migrate("--dry-run") == CLEAN
    out = capsys.readouterr().out
    assert "Named in strings and documents, not rewritten" in out
    assert "legacy.a.Pool  -> components.pooling.Pool with --strings" in out
    assert "legacy.b.Pool  its old name is an adapter" in out
    assert migrate("--strings") == CLEAN
    assert (tree / "conf.yaml").read_text() == "_target_: components.pooling.Pool  # x\nother: legacy.b.Pool\n"
    assert migrate("--strings", "--check") == CLEAN


def test_notebooks_are_rewritten_in_place(tree: Path) -> None:
    text = '{"cells": [{"cell_type": "code", "source": ["from a import Pool\\n", "Pool"], "outputs": [1.0]}], "x": [ ]}'
    (tree / "legacy/note.ipynb").write_text(text)
    assert migrate() == CLEAN
    after = (tree / "legacy/note.ipynb").read_text()
    assert after == text.replace("from a import", "from components.pooling import")


def test_move(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "legacy/c.py").write_text("C = 1\n")
    (tree / "legacy/use.py").write_text("from c import C\n")
    assert migrate("--move", "legacy/c.py", "legacy/d.py", "--dry-run") == CLEAN
    assert (tree / "legacy/c.py").exists()
    assert migrate("--move", "legacy/c.py", "legacy/d.py") == CLEAN
    assert "legacy/c.py -> legacy/d.py" in capsys.readouterr().out
    assert (tree / "legacy/use.py").read_text() == "from d import C\n"
    assert migrate("--move", "legacy/c.py", "legacy/d.py", "--check") == CLEAN


def test_a_shim_of_a_component_is_not_moved(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert migrate("--move", "legacy/a.py", "legacy/e.py") == USAGE
    assert "holds the shim of a component" in capsys.readouterr().err


def test_move_takes_the_whole_tree(tree: Path) -> None:
    assert migrate("legacy", "--move", "legacy/c.py", "legacy/d.py") == USAGE
