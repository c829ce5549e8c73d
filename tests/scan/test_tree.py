import json
from pathlib import Path

import pytest

from refactor_tools.model.facts import Problem, Scan
from refactor_tools.model.prints import FilePrints, MethodPrint, Part, Print
from refactor_tools.scan import tree as tree_module
from refactor_tools.scan.codec import Entry, decode, encode
from refactor_tools.scan.tree import reader, scan_tree
from refactor_tools.settings import Settings

MODULES = """
from torch import nn
class Base(nn.Module):
    def __init__(self, width: int = 4):
        super().__init__()
        self.a = nn.Linear(width, width)
    def forward(self, x, mask=None):
        return self.a(x)
"""


PRINT = Print(
    "a.py::A", "e", "r", (Part("forward", (0,)),), ("x",), 3, ("torch",), (MethodPrint("forward", 2, "e", "r", 4, 3),)
)


def run(root: Path, **options: object) -> Scan:
    return scan_tree(root, [root], Settings(root=root), **options)


def cache_file(root: Path) -> Path:
    return root / ".refactor-tools/cache/facts.json"


def test_modules_are_followed_through_files_and_packages(tree) -> None:
    scan = tree(
        {
            "pkg/__init__.py": "from .base import Base as Root\n",
            "pkg/base.py": MODULES,
            "pkg/middle.py": "from pkg import Root\nclass Middle(Root): pass\n",
            "pkg/leaf.py": "from . import middle\nclass Leaf(middle.Middle): pass\nclass Other(Unknown): pass\n",
        }
    )
    assert {one.name: (one.is_module, one.framework) for one in scan.definitions} == {
        "Base": (True, "torch"),
        "Leaf": (True, "torch"),
        "Middle": (True, "torch"),
        "Other": (False, None),
    }


def test_class_called_module_in_the_tree_is_not_torchs(tree) -> None:
    scan = tree({"nn.py": "class Module: pass\n", "a.py": "import nn\nclass A(nn.Module): pass\n"})
    assert not any(one.is_module for one in scan.definitions)


def test_every_file_is_accounted_for(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("x = 1\n")
    (tmp_path / "empty.py").touch()
    (tmp_path / "broken.py").write_text("x = 1\n\nx = = 2\n")
    (tmp_path / "latin.py").write_bytes(b"\n\n\nx = '\xe9'\n")
    (tmp_path / "nul.py").write_bytes(b"x\0")
    (tmp_path / "loop").symlink_to(tmp_path)
    scan = run(tmp_path)
    assert [one.path for one in scan.files] == ["broken.py", "empty.py", "good.py"]
    assert [(one.path, one.line) for one in scan.problems] == [
        ("broken.py", 3),
        ("latin.py", 4),
        ("loop", 0),
        ("nul.py", 1),
    ]


def test_unreadable_file_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert run(tmp_path, cache=False).problems == (Problem("a.py", 0, "cannot be read: Permission denied"),)


def test_cache_gives_the_same_facts_and_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text(MODULES)
    first = run(tmp_path)
    assert (tmp_path / ".refactor-tools/.gitignore").read_text() == "*\n"

    def fail(source: object) -> None:
        raise AssertionError("parsed again")

    monkeypatch.setattr(tree_module, "read_any", fail)
    assert run(tmp_path).files == first.files


EVERY_FACT = """
import sys
from a import *
from . import b
__all__ = ["X", *b.__all__]
sys.path.append("lib")
sys.path.append(computed)
MODELS.register("x", X)
MODELS.build(dict(type="x"))
mock.patch("a.b")
runpy.run_path("c.py")
"""


def test_cache_keeps_every_fact_of_every_kind_of_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(EVERY_FACT)
    (tmp_path / "a.yaml").write_text("_target_: a.b\ntype: x\n")
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": [{"cell_type": "code", "source": "import a"}]}))
    first, second = run(tmp_path), run(tmp_path)
    (facts,) = first.files
    for found in (facts.exported_from, facts.references, facts.registered, facts.looked_up, facts.computed):
        assert found
    assert [one.path for one in first.others] == ["a.ipynb", "a.yaml"]
    assert (second.files, second.others) == (first.files, first.others)


def test_changed_file_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class A: pass\n")
    run(tmp_path)
    (tmp_path / "a.py").write_text("class B: pass\n")
    assert [one.name for one in run(tmp_path).definitions] == ["B"]
    assert [one.name for one in run(tmp_path).definitions] == ["B"]


def test_deleted_file_leaves_the_cache(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("x = 1\n")
    run(tmp_path)
    (tmp_path / "a.py").unlink()
    (tmp_path / "b.py").write_text("x = 2\n")
    run(tmp_path)
    assert list(json.loads(cache_file(tmp_path).read_text())["value"]) == ["b.py"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"code": 1}', '{"code": "old", "value": {"a.py": []}}'])
def test_damaged_or_foreign_cache_is_ignored(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.py").write_text("class A: pass\n")
    cache_file(tmp_path).parent.mkdir(parents=True)
    cache_file(tmp_path).write_text(content)
    assert [one.name for one in run(tmp_path).definitions] == ["A"]


def test_damaged_entry_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class A: pass\n")
    run(tmp_path)
    document = json.loads(cache_file(tmp_path).read_text())
    document["value"]["a.py"][1] = {"facts": {"path": "a.py"}}
    cache_file(tmp_path).write_text(json.dumps(document))
    assert [one.name for one in run(tmp_path).definitions] == ["A"]


def test_state_folder_that_cannot_be_written_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class A: pass\n")
    (tmp_path / ".refactor-tools").write_text("a file stands where the folder would be")
    scan = run(tmp_path)
    assert [one.name for one in scan.definitions] == ["A"]
    assert scan.problems == ()


def test_without_cache_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    run(tmp_path, cache=False)
    assert [one.name for one in tmp_path.iterdir()] == ["a.py"]


def test_cache_is_the_same_in_two_runs(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(MODULES)
    run(tmp_path)
    before = cache_file(tmp_path).read_bytes()
    cache_file(tmp_path).unlink()
    run(tmp_path)
    assert cache_file(tmp_path).read_bytes() == before


def test_facts_survive_json(facts) -> None:
    found = facts(MODULES + "__all__ = ['Base']\nsys.path.append(x)\nfrom a import *\nclass D(Base): pass\n")
    entry = Entry(found, FilePrints(found.path, ("Return name",), (PRINT,)))
    assert decode(encode(entry)) == entry


def test_parallel_and_serial_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_module, "PARALLEL_FROM", 2)
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.py").write_text(MODULES.replace("Base", name.upper()))
    assert run(tmp_path, cache=False, jobs=2).files == run(tmp_path, cache=False, jobs=1).files


def test_progress_has_a_total(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).touch()
    seen: list[tuple[int, int]] = []
    run(tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_reader_reads_once(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    read = reader(tmp_path)
    source = read("a.py")
    (tmp_path / "a.py").unlink()
    assert source is not None
    assert read("a.py") is source
    assert read("gone.py") is None


def test_module_with_a_mixin_from_the_tree(tmp_path: Path) -> None:
    (tmp_path / "mixins.py").write_text("class Mixin:\n    pass\n", encoding="utf-8")
    source = (
        "from torch import nn\nfrom mixins import Mixin\n"
        "class Base(nn.Module, Mixin):\n    pass\nclass Head(Base):\n    pass\n"
    )
    (tmp_path / "a.py").write_text(source, encoding="utf-8")
    scan = scan_tree(tmp_path, [tmp_path], Settings(tmp_path), cache=False)
    assert {one.name: one.is_module for one in scan.definitions} == {"Base": True, "Head": True, "Mixin": False}
