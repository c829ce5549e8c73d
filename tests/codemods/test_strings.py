"""Dotted names of what moved, in strings and documents."""

import ast
from collections.abc import Iterable

import pytest

from refactor_tools.changes.text import apply_edits
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.string_regions import (
    IN_ANNOTATION,
    IN_COMMENT,
    IN_DOCSTRING,
    IN_F_STRING,
    Region,
    python_regions,
)
from refactor_tools.codemods.strings import ADAPTED, Found, MovedNames, find_names
from refactor_tools.model.migrations import Move

FILES = {
    "legacy/__init__.py": "",
    "legacy/layers.py": "class Pool: pass\nclass Norm: pass\nclass Other: pass\n",
    "legacy/api.py": "from .layers import Pool\n",
    "scripts/net.py": "class Pool: pass\n",
    "lib/__init__.py": "",
    "lib/pooling.py": "class Pooling: pass\n",
}
MOVES = (
    Move("legacy/layers.py", "Pool", "lib.pooling", "Pooling"),
    Move("legacy/layers.py", "Norm", "lib.norms", "Norm", form="adapted"),
    Move("scripts/net.py", "Pool", "lib.pooling", "Pooling"),
)


def found(path: str, text: str, regions: Iterable[Region]) -> list[Found]:
    means = MovedNames(SourceTree({**FILES, path: text}, {**FILES, path: text}.get, MOVES))
    return list(find_names(path, text, regions, means.word, means))


def rewritten(path: str, text: str) -> str:
    regions = python_regions(text, list(ast.walk(ast.parse(text)))) if path.endswith(".py") else [Region(0, len(text))]
    return apply_edits(text, [item.edit for item in found(path, text, regions) if not item.reason])


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a.yaml", "_target_: legacy.layers.Pool   # x\n", "_target_: lib.pooling.Pooling   # x\n"),
        ("a.yaml", "a: &p 'legacy.layers.Pool'\r\n", "a: &p 'lib.pooling.Pooling'\r\n"),
        ("a.json", '{"x": ["legacy.layers.Pool"]}', '{"x": ["lib.pooling.Pooling"]}'),
        ("a.json", r'{"x": "a\nlegacy.layers.Pool"}', r'{"x": "a\nlib.pooling.Pooling"}'),
        ("a.toml", 'x = "legacy.layers:Pool"\n', 'x = "lib.pooling:Pooling"\n'),
        ("a.toml", 'x = "legacy.layers:Pool.make"\n', 'x = "lib.pooling:Pooling.make"\n'),
        ("a.ini", "[x]\ny=legacy.layers.Pool\n", "[x]\ny=lib.pooling.Pooling\n"),
        ("a.md", "Use `legacy.layers.Pool(3)`.", "Use `lib.pooling.Pooling(3)`."),
        ("a.md", "See legacy.layers.Pool.", "See lib.pooling.Pooling."),
        ("a.rst", ":class:`~legacy.layers.Pool`", ":class:`~lib.pooling.Pooling`"),
        ("a.rst", "legacy.layers.Other, legacy.api.Pool", "legacy.layers.Other, lib.pooling.Pooling"),
        ("scripts/a.sh", "run --model=net.Pool\n", "run --model=lib.pooling.Pooling\n"),
        ("a.py", "x = import_string('legacy.layers.Pool')\n", "x = import_string('lib.pooling.Pooling')\n"),
        ("a.py", "x = patch('legacy.layers.Pool.forward')\n", "x = patch('lib.pooling.Pooling.forward')\n"),
        ("a.py", "x = {'é': r'legacy.api.Pool'}\n", "x = {'é': r'lib.pooling.Pooling'}\n"),
        ("a.py", "x = ('legacy.layers.Pool'\n  ' x')\n", "x = ('lib.pooling.Pooling'\n  ' x')\n"),
    ],
)
def test_whole_tokens_are_rewritten(path: str, before: str, after: str) -> None:
    assert rewritten(path, before) == after
    assert rewritten(path, after) == after, "a second run changes nothing"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", "x: legacy.layers.PoolV2\n"),
        ("a.yaml", "x: my.legacy.layers.Pool\n"),
        ("a.yaml", "x: mylegacy.layers.Pool\n"),
        ("a.yaml", "x: legacy.layers.Other.Pool\n"),
        ("a.yaml", "x: legacy.layers.Pool-old\n"),
        ("a.yaml", "x: Pool\n"),
        ("a.md", "http://legacy.layers.Pool and me@legacy.layers.Pool and /legacy.layers.Pool\n"),
        ("a.md", "lib.pooling.Pool\n"),
        ("a.py", "x = patch('legacy.api.Pool')\n"),
        ("a.py", "x = legacy.layers.Pool\n"),
        ("legacy/layers.py", "x = 'legacy.layers.Pool'\n"),
    ],
)
def test_other_words_are_nothing(path: str, text: str) -> None:
    regions = python_regions(text, list(ast.walk(ast.parse(text)))) if path.endswith(".py") else [Region(0, len(text))]
    assert found(path, text, regions) == []


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("a.yaml", "x: legacy.layers.Norm\n", ADAPTED),
        ("a.sh", "run net.Pool\n", "`net` may be scripts/net.py, if `sys.path` leads there"),
        ("a.py", '"""See legacy.layers.Pool."""\n', IN_DOCSTRING),
        ("a.py", "x = 1  # legacy.layers.Pool\n", IN_COMMENT),
        ("a.py", "x = f'legacy.layers.Pool {1}'\n", IN_F_STRING),
        ("a.py", "def f(x: 'legacy.layers.Pool'): pass\n", IN_ANNOTATION),
    ],
)
def test_what_is_only_reported_has_a_reason(path: str, text: str, reason: str) -> None:
    regions = python_regions(text, list(ast.walk(ast.parse(text)))) if path.endswith(".py") else [Region(0, len(text))]
    assert [item.reason for item in found(path, text, regions)] == [reason]
    assert rewritten(path, text) == text
