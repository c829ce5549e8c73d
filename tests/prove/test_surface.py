"""What a module shows, as it is described in a child."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from refactor_tools.model.splits import SurfaceTask
from refactor_tools.prove.children import Limits, call
from refactor_tools.prove.surface import describe_module

MODULE = """
import os
import re
_private = 1
WIDTH = {"a": 1.5}
PATTERN = re.compile("x")

class Base:
    def go(self, x, y=WIDTH): return x

class Child(Base):
    pass

def f(a, *, b=object()): return a
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in ("shown", "shown2"):
        sys.modules.pop(name, None)


def described(folder: Path, text: str, name: str = "shown") -> dict[str, str]:
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return describe_module(SurfaceTask(name))


def test_everything_is_described_without_addresses(folder: Path) -> None:
    found = described(folder, MODULE)
    assert found["_private"] == "int 1"
    assert found["WIDTH"] == "dict {'a': 1.5}"
    assert found["PATTERN"] == "Pattern re.compile('x')"
    assert found["os"] == "module os"
    assert found["Child"].startswith("class Child() mro [Child Base object]")
    assert found["f"] == "function f(a, *, b=<object object>)"
    assert found["*"] == "Base Child PATTERN WIDTH f os re"
    assert found["pickles"] == ""


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("1.5", "1.6", "WIDTH"),
        ("(Base)", "", "Child"),
        ("def go(self, x,", "def went(self, x,", "Base"),
        ("a, *, b", "a, b", "f"),
        ("_private = 1", "_private = '1'", "_private"),
    ],
)
def test_a_change_shows(folder: Path, old: str, new: str, name: str) -> None:
    before = described(folder, MODULE)
    after = described(folder, MODULE.replace(old, new), "shown2")
    assert before[name] != after[name]
    assert {key for key in before if before[key] != after[key]} <= {name, "*", "Child", "Base"}


def test_classes_that_a_pickle_would_not_find_are_named(folder: Path) -> None:
    text = "class A: pass\nclass B: pass\nB.__module__ = 'nowhere'\n"
    assert described(folder, text)["pickles"] == "B"


def test_a_failing_import_is_the_child_s_answer(tmp_path: Path) -> None:
    (tmp_path / "needs.py").write_text("import package_that_is_not_there\n", encoding="utf-8")
    answer = call(
        "refactor_tools.prove.surface:describe_module",
        SurfaceTask("needs"),
        Limits(),
        sys_path=[str(tmp_path)],
    )
    assert answer.failure is not None
    assert "package_that_is_not_there" in str(answer.failure)
