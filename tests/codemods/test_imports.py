"""Consumers of a name that is the same object in its old and its new place."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.imports import FileRewrite, rewrite_imports
from refactor_tools.model.migrations import Move
from tests.codemods.import_cases import REWRITTEN, STUBS
from tests.codemods.import_kept_cases import KEPT

MOVES = (
    Move("legacy/layers.py", "AttentionPooling", "lib.pooling", "AttentionPooling"),
    Move("scripts/lstm2risk.py", "AttentionPooling", "lib.pooling", "AttentionPooling"),
)

# Runs every case in one interpreter: each with fresh modules and its own folder first on the path.
CHILD = """
import json, os, runpy, sys
shown = {}
base = set(sys.modules)
for folder, script, name in json.load(sys.stdin):
    for module in set(sys.modules) - base:
        del sys.modules[module]
    sys.path[0:1] = [folder]
    os.chdir(folder)
    sys.path.insert(0, os.path.dirname(os.path.join(folder, script)))
    package = script.replace("/", ".")[:-3] if script.startswith("legacy/") else None
    try:
        bound = runpy.run_module(package) if package else runpy.run_path(script)
        shown[name] = sorted(bound)
    except BaseException as error:
        shown[name] = repr(error)
    del sys.path[0]
print(json.dumps(shown))
"""


def rewritten(path: str, text: str, *moves: Move, **others: str) -> FileRewrite:
    files = {**STUBS, **others, path: text}
    return rewrite_imports(path, SourceTree(files, files.get, moves or MOVES))


@pytest.mark.parametrize("form", REWRITTEN)
def test_rewritten(form: str) -> None:
    path, before, after = REWRITTEN[form]
    found = rewritten(path, before)
    ast.parse(after)
    assert found.text == after
    assert found.rewritten
    assert rewritten(path, after).text == after, "a second run changes nothing"


@pytest.mark.parametrize("form", KEPT)
def test_kept(form: str) -> None:
    path, text = KEPT[form]
    found = rewritten(path, text)
    assert found.text == text
    assert found.rewritten == ()


def test_every_rewritten_consumer_runs_and_binds_what_it_bound(tmp_path: Path) -> None:
    runs = []
    for form, (path, before, after) in REWRITTEN.items():
        for side, text in (("before", before), ("after", after)):
            folder = tmp_path / form / side
            for name, content in {**STUBS, path: text}.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content.encode())
            runs.append((str(folder), path, f"{form}/{side}"))
    child = subprocess.run(
        [sys.executable, "-c", CHILD], input=json.dumps(runs), capture_output=True, text=True, check=True, timeout=60
    )
    shown = json.loads(child.stdout)
    for form in REWRITTEN:
        before, after = shown[f"{form}/before"], shown[f"{form}/after"]
        assert isinstance(before, list), (form, before)
        assert isinstance(after, list), (form, after)
        assert set(before) <= set(after), form


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ("module-rebound", "`L` is bound again at line 4"),
        ("module-patched", "assigned as `L.AttentionPooling`"),
        ("module-in-class", "its module is imported in a class body"),
        ("dynamic", "imported by a string, so what it hands out is not known"),
        ("another-script-folder", "`lstm2risk` may be scripts/lstm2risk.py, if `sys.path` leads there"),
    ],
)
def test_what_is_kept_has_a_reason(form: str, reason: str) -> None:
    path, text = KEPT[form]
    assert reason in [kept.reason for kept in rewritten(path, text).kept]


def test_component_under_another_name_keeps_the_bound_name() -> None:
    move = Move("legacy/layers.py", "AttentionPooling", "lib.pooling", "Pooling")
    found = rewritten(
        "run.py", "from legacy.layers import AttentionPooling\nfrom legacy.layers import AttentionPooling as AP\n", move
    )
    assert found.text == (
        "from lib.pooling import Pooling as AttentionPooling\nfrom lib.pooling import Pooling as AP\n"
    )


def test_names_that_moved_to_several_modules() -> None:
    other = Move("legacy/layers.py", "Other", "lib.blocks", "Other")
    found = rewritten("run.py", "from legacy.layers import Other, AttentionPooling\n", other, *MOVES)
    assert found.text == "from lib.pooling import AttentionPooling\nfrom lib.blocks import Other\n"


def test_the_file_that_holds_the_shim_is_its_own_affair() -> None:
    text = "from .layers import AttentionPooling\nAttentionPooling()\n"
    files = {**STUBS, "legacy/layers.py": text}
    assert rewrite_imports("legacy/layers.py", SourceTree(files, files.get, MOVES)).text == text


def test_two_files_of_one_name_under_two_source_roots_are_not_guessed() -> None:
    files = {"a/src/m.py": "", "b/src/m.py": "", "run.py": "from m import AttentionPooling\n"}
    move = Move("a/src/m.py", "AttentionPooling", "lib.pooling", "AttentionPooling")
    found = rewrite_imports("run.py", SourceTree(files, files.get, [move]))
    assert found.text == files["run.py"]
    assert [kept.reason for kept in found.kept] == ["`m` may be a/src/m.py or b/src/m.py"]


def test_a_name_of_a_module_outside_the_tree() -> None:
    move = Move("oldlib.nn", "Pool", "newlib.nn", "Pool")
    files = {"run.py": "import oldlib.nn as nn\nfrom oldlib.nn import Pool, Other\nfrom oldlib.nn2 import Pool as P\n"}
    found = rewrite_imports("run.py", SourceTree(files, files.get, [move]))
    assert found.text == (
        "import oldlib.nn as nn\nfrom newlib.nn import Pool\n"
        "from oldlib.nn import Other\nfrom oldlib.nn2 import Pool as P\n"
    )


def test_re_exports_in_a_ring_end() -> None:
    files = {
        "p/__init__.py": "from .a import X\n",
        "p/a.py": "from .b import X\n",
        "p/b.py": "from .a import X\n",
        "run.py": "from p import X\n",
    }
    found = rewrite_imports("run.py", SourceTree(files, files.get, [Move("q.py", "X", "lib", "X")]))
    assert found.text == files["run.py"]
