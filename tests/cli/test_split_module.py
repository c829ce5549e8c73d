"""`split-module` as it is called."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from refactor_tools.cli.common import CLEAN, FINDINGS, USAGE
from refactor_tools.cli.main import main
from tests.extraction_tree import contents
from tests.split_tree import write_tree


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_tree(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def divide(*options: str) -> int:
    return main(["split-module", "app/models.py", "--no-prove", *options])


def test_writes_and_says_how_to_undo(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(tree)
    assert divide() == CLEAN
    out = capsys.readouterr().out
    assert out.startswith("app/models.py: 129 lines -> 4 new files in app/models/\n")
    assert "losses.py" in out
    assert "hands out all names" in out
    assert out.splitlines()[-1] == "Written 6 files. Undo: refactor-tools undo"
    assert max(map(len, out.splitlines())) <= 80
    assert main(["undo"]) == CLEAN
    assert contents(tree) == before


@pytest.mark.parametrize("options", [["--dry-run"], ["--diff"], ["--check"], ["--dry-run", "--output-format", "json"]])
def test_previews_write_nothing(tree: Path, options: Sequence[str]) -> None:
    before = contents(tree)
    assert divide(*options) == (FINDINGS if "--check" in options else CLEAN)
    assert contents(tree) == before


def test_check_is_silent(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    divide("--check")
    assert capsys.readouterr().out == ""


def test_the_diff_applies_and_gives_what_a_run_writes(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert divide("--diff", "-o", "../out.patch") == CLEAN
    subprocess.run(["git", "apply", "../out.patch"], cwd=tree, check=True)
    by_patch = contents(tree)
    subprocess.run(["git", "apply", "-R", "../out.patch"], cwd=tree, check=True)
    assert divide() == CLEAN
    assert contents(tree) == by_patch


def test_the_map_that_is_written_gives_the_same_division(tree: Path) -> None:
    assert divide("--dry-run", "--map-out", "../map.yaml") == CLEAN
    assert divide() == CLEAN
    proposed = contents(tree)
    assert main(["undo"]) == CLEAN
    assert divide("--map", "../map.yaml") == CLEAN
    assert contents(tree) == proposed


def test_an_edited_map_is_followed(tree: Path) -> None:
    Path("../map.yaml").write_text("losses.py: [FocalLoss, DiceLoss]\n")
    assert divide("--map", "../map.yaml") == CLEAN
    assert sorted(path.name for path in (tree / "app/models").glob("*.py")) == ["__init__.py", "losses.py"]
    assert "class Model(nn.Module)" in (tree / "app/models/__init__.py").read_text()


def test_json(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert divide("--output-format", "json") == CLEAN
    document = json.loads(capsys.readouterr().out)
    assert document["outcomes"] == [{"name": "app/models.py", "outcome": "divided", "reason": ""}]
    assert document["written"] is True
    assert document["verdict"] == "NOT_ASKED"
    assert [part["path"] for part in document["parts"]] == [
        "app/models/losses.py",
        "app/models/attention.py",
        "app/models/model.py",
        "app/models/hidden.py",
    ]
    assert document["parts"][2]["imports"] == ["attention.py"]


def test_a_refused_map_exits_with_1_and_names_the_ring(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "app/ring.py").write_text("def a():\n    return b\ndef b():\n    return a\n")
    Path("../map.yaml").write_text("one: [a]\ntwo: [b]\n")
    assert main(["split-module", "app/ring.py", "--map", "../map.yaml"]) == FINDINGS
    out = capsys.readouterr().out
    assert "refused: one.py, two.py would import each other" in out
    assert "a (one.py) uses b (two.py)" in out
    assert not (tree / "app/ring").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["app/nowhere.py"], "nowhere.py"),
        (["app/models.py", "--map", "none.yaml"], "none.yaml"),
        (["app/models.py", "--into", "/tmp"], "outside the root"),
        (["app/broken.py"], "app/broken.py:1: does not parse"),
    ],
)
def test_usage(tree: Path, capsys: pytest.CaptureFixture[str], arguments: Sequence[str], message: str) -> None:
    (tree / "app/broken.py").write_text("print x\n")
    before = contents(tree)
    assert main(["split-module", *arguments]) == USAGE
    assert message in capsys.readouterr().err
    assert contents(tree) == before


def test_a_dirty_file_is_refused(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "app/models.py").write_text((tree / "app/models.py").read_text() + "# more\n")
    assert divide() == USAGE
    assert "app/models.py" in capsys.readouterr().err
    assert divide("--allow-dirty") == CLEAN


def test_nothing_to_divide(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split-module", "app/settings.py"]) == CLEAN
    assert capsys.readouterr().out.splitlines()[-1] == "Nothing to write."
