import pytest

from refactor_tools.graph.composition import composition
from refactor_tools.graph.imports import import_graph

TARGET = "a.py::target"


def unused(tree, files: dict[str, str]) -> tuple[str, ...]:
    scan = tree(files)
    return composition(scan, import_graph(scan)).unused


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": "def target(): pass\n"},
        {"a.py": "class target: pass\n"},
        {"a.py": "def target(): return target()\n"},
        {"a.py": "@dataclass(frozen=True)\nclass target: pass\n"},
        {"a.py": "@torch.no_grad()\ndef target(): pass\n"},
        {"a.py": "def target(): '''Call target.'''\n# target\n"},
        {"a.py": "__all__ = ['other']\ndef target(): pass\nother = 1\n"},
        {"a.py": "def target(): pass\n", "b.py": "import a\na.other\n"},
        {"a.py": "def target(): pass\n", "b.py": "def other(target): return target\n"},
        {"a.py": "def target(): pass\n", "b.py": "def f():\n    target = 1\n    return target\n"},
        {"a.py": "def target(): pass\n", "b.py": "from c import target\n", "c.py": "target = 1\n"},
        {"a.py": "def target(): pass\n", "b.py": "x = 'the target of this'\n"},
    ],
)
def test_what_nothing_reads(tree, files: dict[str, str]) -> None:
    assert TARGET in unused(tree, files)


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": "def target(): pass\ntarget()\n"},
        {"a.py": "def target(): pass\nTABLE = {'x': target}\n"},
        {"a.py": "__all__ = ['target']\ndef target(): pass\n"},
        {"a.py": "@register\ndef target(): pass\n"},
        {"a.py": "@app.command()\ndef target(): pass\n"},
        {"a.py": "def target(): pass\ndef user(): return target()\nuser()\n"},
        {"a.py": "def target(): pass\ndef user(x: target): pass\nuser()\n"},
        {"a.py": "def target(): pass\ndef user(x: 'list[target]'): pass\nuser()\n"},
        {"a.py": "def target(): pass\n", "b.py": "from a import target\n"},
        {"a.py": "def target(): pass\n", "b.py": "from a import *\n"},
        {"a.py": "def target(): pass\n", "b.py": "import a\na.target()\n"},
        {"a.py": "def target(): pass\n", "b.py": "def f():\n    from a import target\n    return target\nf()\n"},
        {"a.py": "def target(): pass\n", "b.py": "getattr(module, 'target')\n"},
        {"a.py": "def target(): pass\n", "b.py": "config = {'_target_': 'a.target'}\n"},
        {"a.py": "def target(): pass\n", "b.py": "importlib.import_module('a')\n"},
        {"a.py": "def target(): pass\n", "b.py": "from installed.a import target\n"},
        {"a.py": "def target(): pass\nif __name__ == '__main__':\n    target()\n"},
        {"a.py": "def target(): pass\n", "pyproject.toml": "[project.scripts]\nrun = 'a:target'\n"},
    ],
)
def test_what_something_reads(tree, files: dict[str, str]) -> None:
    assert TARGET not in unused(tree, files)


def test_what_is_called_by_its_name_or_place(tree) -> None:
    text = "def helper(): pass\n"
    files = {"tests/help.py": text, "conftest.py": text, "test_a.py": text, "pkg/testing_tools.py": text}
    files["run.py"] = (
        "def main(): pass\ndef test_it(): pass\ndef __getattr__(name): pass\nclass A:\n    def f(self): pass\n"
    )
    assert unused(tree, files) == ("run.py::A",)


def test_a_definition_that_a_later_one_replaces(tree) -> None:
    assert unused(tree, {"a.py": "def f(): pass\ndef f(): pass\nf()\n"}) == ("a.py::f",)
