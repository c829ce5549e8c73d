"""The line that finds the library: once, in its place, and enough however the file is started."""

import subprocess
import sys
from pathlib import Path

import pytest

from refactor_tools.cli.main import main
from refactor_tools.codemods.bootstrap import MARK, with_bootstrap
from tests.extraction_tree import write_tree

SHIM = '''"""Old."""

from __future__ import annotations

import torch

from lib.parts import _legacy
from lib.parts.a import A
'''


def test_the_line_stands_before_the_first_import_of_the_library() -> None:
    lines = with_bootstrap(SHIM, "../..", "lib.parts").splitlines()
    at = next(number for number, line in enumerate(lines) if MARK in line)
    assert lines[at + 1] == "from lib.parts import _legacy"
    assert 'os.path.join(os.path.dirname(__file__), "..", "..")' in lines[at]


@pytest.mark.parametrize(
    "text", [SHIM.replace("lib.parts", "lib.partsother"), "import torch\n", "from .lib.parts import A\n"]
)
def test_a_file_that_does_not_import_it_stays_as_it_is(text: str) -> None:
    assert with_bootstrap(text, "..", "lib.parts") == text


def test_a_second_time_changes_nothing_and_line_ends_stay() -> None:
    once = with_bootstrap(SHIM.replace("\n", "\r\n"), "..", "lib.parts")
    assert with_bootstrap(once, "..", "lib.parts") == once
    assert "\n" not in once.replace("\r\n", "")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_tree(tmp_path_factory.mktemp("tree") / "project")
    text = (root / "legacy/table_model.py").read_text(encoding="utf-8")
    (root / "legacy/table_model.py").write_text(
        text + '\n\nif __name__ == "__main__":\n    print("ran", Stretched(3))\n'
    )
    options = ["--no-prove", "--allow-dirty", "--bootstrap-path", "--root", str(root)]
    assert main(["extract-component", "Stretched", *options]) == 0
    assert main(["extract-component", "Summary", *options]) == 0
    return root


@pytest.mark.parametrize(
    ("folder", "command", "said"),
    [
        ("legacy", ["table_model.py"], "ran"),
        (".", ["legacy/table_model.py"], "ran"),
        ("legacy", ["-m", "table_model"], "ran"),
        (".", ["-m", "legacy.table_model"], "ran"),
        ("legacy", ["-c", "exec('from table_model import Summary, TableModel; print(Summary)')"], "Summary"),
    ],
)
def test_every_way_to_start_finds_the_library(tree: Path, folder: str, command: list[str], said: str) -> None:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=tree / folder,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


def test_two_runs_leave_one_line(tree: Path) -> None:
    text = (tree / "legacy/table_model.py").read_text(encoding="utf-8")
    assert text.count(MARK) == 1
