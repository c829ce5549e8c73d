"""Where parts go, and how imports read from there."""

import ast

import pytest

from refactor_tools.changes.text import apply_edits
from refactor_tools.codemods.text import Text
from refactor_tools.splitting.place import folder_place, package_place, relative, relative_import_edits


def test_a_module_becomes_a_package_of_its_name() -> None:
    place = package_place("app/models.py", lambda folder: folder == "app")
    assert (place.facade, place.part("x"), place.module, place.part_module("x")) == (
        "app/models/__init__.py",
        "app/models/x.py",
        "app.models",
        "app.models.x",
    )
    assert place.from_facade("x") == ".x"


def test_a_package_keeps_its_init() -> None:
    place = package_place("app/__init__.py", lambda folder: folder == "app")
    assert (place.facade, place.part("x"), place.part_module("x")) == ("app/__init__.py", "app/x.py", "app.x")


def test_a_script_keeps_its_place() -> None:
    place = folder_place("legacy/train.py", "legacy/train_parts", lambda folder: False)
    assert (place.facade, place.part("x")) == ("legacy/train.py", "legacy/train_parts/x.py")
    assert (place.module, place.part_module("x")) == ("train", "train_parts.x")
    assert (place.from_facade("x"), place.bare("x")) == (".train_parts.x", "train_parts.x")


@pytest.mark.parametrize(
    ("folder", "target", "stem", "expected"),
    [
        ("a", "a", "x", ".x"),
        ("a", "a/b", "x", ".b.x"),
        ("a/b", "a", "x", "..x"),
        ("a/b/c", "a/d", "", "...d"),
        ("", "b", "x", ".b.x"),
        ("a", "a", "", "."),
    ],
)
def test_relative(folder: str, target: str, stem: str, expected: str) -> None:
    assert relative(folder, target, stem) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("from .x import y", "from ..x import y"),
        ("from . import y", "from .. import y"),
        ("from ..a.b import (y, # c\n  z)", "from ...a.b import (y, # c\n  z)"),
        ("from.x import y", "from..x import y"),
        ("from   .   import y", "from   ..   import y"),
        ("from x import y", "from x import y"),
        ("import x", "import x"),
    ],
)
def test_relative_imports_one_folder_deeper(line: str, expected: str) -> None:
    text = Text(line)
    assert apply_edits(line, relative_import_edits(text, ast.parse(line), "p/q", "p/q/r")) == expected


def test_relative_imports_into_the_new_folder_get_shorter() -> None:
    line = "from .r.x import y"
    assert apply_edits(line, relative_import_edits(Text(line), ast.parse(line), "p", "p/r")) == "from .x import y"
