"""Consumers of a module that goes to another place."""

import subprocess
import sys
from pathlib import Path

import pytest

from refactor_tools.changes.text import apply_edits
from refactor_tools.codemods.import_modules import Module, ModuleTable
from refactor_tools.codemods.import_style import Style
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.module_imports import module_edits
from refactor_tools.codemods.relocation import Relocation
from refactor_tools.errors import RefactorError
from tests.codemods.module_cases import KEPT, MOVED, REWRITTEN, STUBS

MOVES = {"pkg/old/layers.py": "pkg/new/blocks.py"}


def rewritten(path: str, text: str, style: Style = "keep") -> str:
    files = {**STUBS, path: text}
    before = ModuleTable.of(files)
    after = ModuleTable.of({MOVES.get(name, name) for name in files})
    move = Relocation(Module("pkg/old/layers.py"), "pkg.old.layers", "pkg.new.blocks", MOVES, before, after)
    return apply_edits(text, module_edits(path, SourceTree(files, files.get), move, style).edits)


@pytest.mark.parametrize("form", REWRITTEN)
def test_rewritten(form: str) -> None:
    path, before, after = REWRITTEN[form]
    assert rewritten(path, before) == after
    if path not in MOVES:
        assert rewritten(path, after) == after, "a second run changes nothing"


@pytest.mark.parametrize("form", KEPT)
def test_kept(form: str) -> None:
    path, text = KEPT[form]
    assert rewritten(path, text) == text


def test_every_rewritten_consumer_is_imported_in_an_interpreter_of_its_own(tmp_path: Path) -> None:
    for form, (path, _, after) in REWRITTEN.items():
        folder = tmp_path / form
        files = {**STUBS, **MOVED} if path in MOVES else {**STUBS, **MOVED, path: after}
        for name, content in files.items():
            if name not in MOVES:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content.encode())
    names = [(form, MOVES.get(path, path)) for form, (path, _, _) in REWRITTEN.items()]
    code = "import importlib, sys; importlib.import_module(sys.argv[1])"
    for form, path in names:
        module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        done = subprocess.run(
            [sys.executable, "-c", code, module], cwd=tmp_path / form, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (form, done.stderr)


def test_a_head_that_means_something_else_gets_a_name_of_its_own() -> None:
    files = {"old/__init__.py": "", "old/layers.py": "", "run.py": ""}
    text = "import old.layers\nnew = 3\nx = old.layers.Pool, new\n"
    move = Relocation(
        Module("old/layers.py"),
        "old.layers",
        "new.blocks",
        {"old/layers.py": "new/blocks.py"},
        ModuleTable.of(files),
        ModuleTable.of(["old/__init__.py", "new/blocks.py", "run.py"]),
    )
    known = {**files, "run.py": text}
    found = module_edits("run.py", SourceTree(known, known.get), move)
    assert apply_edits(text, found.edits) == ("import new.blocks as _blocks\nnew = 3\nx = _blocks.Pool, new\n")


def test_a_whole_package_keeps_the_bound_name_where_it_is_passed_on() -> None:
    files = {"old/__init__.py": "", "old/layers.py": ""}
    text = "import old.layers\nimport old as O\nx = old.layers.Pool\nprint(old)\n"
    move = Relocation(
        Module("old/__init__.py", "old"),
        "old",
        "new",
        {"old/__init__.py": "new/__init__.py", "old/layers.py": "new/layers.py"},
        ModuleTable.of([*files, "run.py"]),
        ModuleTable.of(["new/__init__.py", "new/layers.py", "run.py"]),
    )
    known = {**files, "run.py": text}
    found = module_edits("run.py", SourceTree(known, known.get), move)
    assert apply_edits(text, found.edits) == ("import new.layers\nimport new as O\nx = new.layers.Pool\nprint(new)\n")


def test_styles() -> None:
    assert rewritten("pkg/old/m.py", "from .layers import Pool\n", "absolute") == "from pkg.new.blocks import Pool\n"
    assert (
        rewritten("pkg/old/m.py", "from pkg.old.layers import Pool\n", "relative") == "from ..new.blocks import Pool\n"
    )


def test_a_path_from_the_file_itself_is_named() -> None:
    files = {**STUBS, "pkg/old/layers.py": "HERE = __file__\n"}
    table = ModuleTable.of(files)
    move = Relocation(Module("pkg/old/layers.py"), "pkg.old.layers", "pkg.new.blocks", MOVES, table, table)
    kept = module_edits("pkg/old/layers.py", SourceTree(files, files.get), move).kept
    assert [(item.line, item.name) for item in kept] == [(1, "__file__")]


def test_a_neighbour_that_only_a_script_finds_is_refused() -> None:
    files = {"scripts/a.py": "from utils import x\n", "scripts/utils.py": "", "lib/__init__.py": ""}
    moves = {"scripts/a.py": "lib/a.py"}
    after = ModuleTable.of(["lib/a.py", "lib/__init__.py", "scripts/utils.py"])
    move = Relocation(Module("scripts/a.py"), "a", "lib.a", moves, ModuleTable.of(files), after)
    with pytest.raises(RefactorError, match="is found only beside it"):
        module_edits("scripts/a.py", SourceTree(files, files.get), move)
