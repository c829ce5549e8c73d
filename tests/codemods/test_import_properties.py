"""Consumers put together at random: bindings stay, a second run changes nothing, other lines stay."""

import json
import sys
import types
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refactor_tools.changes.text import apply_edits
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.imports import import_edits, rewrite_imports
from refactor_tools.codemods.notebook import read_notebook
from refactor_tools.model.migrations import Move

PACKAGE, LIBRARY = "zoo_legacy", "zoo_library"
FILES = {
    f"{PACKAGE}/__init__.py": "",
    f"{PACKAGE}/layers.py": "__all__ = ['Pool', 'Other', 'third']\nPool = Other = third = 1\n",
}
MOVE = Move(f"{PACKAGE}/layers.py", "Pool", LIBRARY, "Pool")

module = st.sampled_from([f"{PACKAGE}.layers", ".layers"])
item = st.sampled_from(["Pool", "Pool as P", "Other", "Other as O", "third", "Pool as Q"])
items = st.lists(item, min_size=1, max_size=5, unique=True)
comment = st.sampled_from(["", "  # é: Pool", "  # noqa: F401"])


@st.composite
def name_import(draw: st.DrawFn) -> Sequence[str]:
    head, names = f"from {draw(module)} import ", draw(items)
    match draw(st.sampled_from(["line", "parenthesised", "lines", "mixed", "backslash"])):
        case "line":
            return [head + ", ".join(names) + draw(comment)]
        case "parenthesised":
            return [f"{head}({', '.join(names)}{draw(st.sampled_from(['', ',', ', ']))}){draw(comment)}"]
        case "backslash":
            return [*(f"{head if index == 0 else '    '}{name}, \\" for index, name in enumerate(names)), "    third"]
        case "mixed":
            return [f"{head}({', '.join(names)},{draw(comment)}", f"    Other as X, Pool as Y{draw(comment)}", ")"]
        case _:
            lines = [f"    {name},{draw(comment)}" for name in names]
            return [f"{head}({draw(comment)}", *lines, *draw(st.sampled_from([[], ["    # last"]])), ")"]


module_import = st.sampled_from(
    [
        (f"import {PACKAGE}.layers as L", "x = L.Pool, L.Other", "y = [L.Pool for _ in 'ab']"),
        (f"import {PACKAGE}.layers", f"x = {PACKAGE}.layers.Pool"),
        ("from . import layers as M  # Pool", "def g(M=M): return M.Pool", "z = M.Pool"),
        (f"import {PACKAGE}.layers as N; u = N.Pool; v = N.third",),
        ("from .layers import *", "w = Pool"),
        ("from . import layers", "layers.Pool"),
        ("from . import layers as A", "def a(x: 'A.Pool', y: 'list[A.Other]') -> \"A.Pool | None\": pass"),
        (
            f"import {PACKAGE}.layers as B",
            "b = []  # type: list[B.Pool]",
            "bb = f'{B.Pool is B.Other} é'",
        ),
        (f"import {PACKAGE}.layers as E", "e = E.Pool if E.third else None"),
    ]
)
other = st.sampled_from([("import os, sys",), ("", "# Pool"), ("t = 'Pool'",), ("class Other: pass",)])
statements = st.one_of(name_import(), module_import, other)


@st.composite
def block(draw: st.DrawFn) -> Sequence[str]:
    lines = draw(statements)
    match draw(st.sampled_from(["plain", "if", "try", "def", "tabs"])):
        case "if":
            return ["if True:", *(f"    {line}" for line in lines), "    pass"]
        case "tabs":
            return ["if True:", *(f"\t{line}" for line in lines), "\tpass"]
        case "try":
            return ["try:", *(f"    {line}" for line in lines), "    pass", "except ImportError:", "    Pool = None"]
        case "def" if not any("*" in line for line in lines):
            return ["def f():", *(f"    {line}" for line in lines), "    return dict(locals())", "made = f()"]
        case _:
            return lines


@st.composite
def consumer(draw: st.DrawFn) -> str:
    lines = [line for lines in draw(st.lists(block(), min_size=1, max_size=5)) for line in lines]
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return newline.join(['"""Doc."""', *lines]) + draw(st.sampled_from(["", newline]))


def rewritten(text: str) -> str:
    files = {**FILES, f"{PACKAGE}/consumer.py": text}
    return rewrite_imports(f"{PACKAGE}/consumer.py", SourceTree(files, files.get, [MOVE])).text


def as_notebook(text: str, *, one_string: bool) -> str:
    source = text if one_string else text.splitlines(keepends=True)
    cells = [{"cell_type": "code", "source": source, "outputs": [{"text": text}]}]
    return json.dumps({"cells": cells, "metadata": {}}, indent=1, ensure_ascii=one_string)


@pytest.fixture
def _stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = type("Pool", (), {})
    package, layers, library = (types.ModuleType(name) for name in (PACKAGE, f"{PACKAGE}.layers", LIBRARY))
    package.__path__ = []
    layers.__dict__.update(Pool=pool, Other=object(), third=object(), __all__=["Pool", "Other", "third"])
    package.__dict__.update(layers=layers)
    library.__dict__.update(Pool=pool)
    for found in (package, layers, library):
        monkeypatch.setitem(sys.modules, found.__name__, found)


def bound(text: str) -> dict[str, object]:
    names: dict[str, object] = {"__name__": f"{PACKAGE}.consumer", "__package__": PACKAGE}
    exec(compile(text, "consumer.py", "exec"), names)
    return names


def same(before: object, after: object) -> bool:
    """One object, or the like made twice by the consumer itself."""
    if isinstance(before, dict):
        return isinstance(after, dict) and all(same(value, after.get(key)) for key, value in before.items())
    own = getattr(before, "__module__", "") == f"{PACKAGE}.consumer"
    return before == after or (own and type(before) is type(after))


@pytest.mark.usefixtures("_stand_ins")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(consumer())
def test_any_consumer(text: str) -> None:
    new = rewritten(text)
    assert rewritten(new) == new, "a second run changes nothing"
    before, after = bound(text), bound(new)
    del before["__builtins__"]
    assert same(before, after)
    for line in text.splitlines():
        if "Pool" not in line and "import" not in line and "third" not in line and "Other" not in line:
            assert line in new.splitlines()
    assert new.count("#") >= text.count("#"), "no comment is lost"
    assert ("\r" in new) == ("\r" in text)
    assert new.count("\r\n") in (0, new.count("\n"))
    assert new.endswith("\n") == text.endswith("\n")


@settings(max_examples=60, deadline=None)
@given(consumer(), st.booleans())
def test_a_notebook_changes_as_its_code_does(text: str, one_string: bool) -> None:
    text = text.replace("\r\n", "\n")
    before = as_notebook(text, one_string=one_string)
    notebook = read_notebook(before)
    assert notebook is not None
    path = f"{PACKAGE}/consumer.ipynb"
    files = {**FILES, path: notebook.code}
    edits = import_edits(path, SourceTree(files, files.get, [MOVE])).edits
    after = notebook.edited(edits)
    cell, old = json.loads(after)["cells"][0], json.loads(before)["cells"][0]
    assert cell["outputs"] == old["outputs"]
    code = "".join(cell["source"])
    expected = apply_edits(notebook.code, edits)
    assert code.rstrip("\n") == expected.rstrip("\n")
    if not edits:
        assert after == before
