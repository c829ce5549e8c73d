"""Every form in which a file uses an old name, and what only looks like it."""

import pytest

from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.shim_users import python_users, text_users
from refactor_tools.codemods.shims import shimmed
from tests.codemods.test_shims import ADAPTED, ALIAS, LEGACY

SHIM = shimmed(LEGACY, "old/layers.py", [ADAPTED, ALIAS], "library")


def users(files: dict[str, str], name: str = "Same") -> list[tuple[str, int, str]]:
    everything = {"old/__init__.py": "", "old/layers.py": SHIM, "old/other.py": "Same = 1\n", **files}
    tree = SourceTree(everything, everything.get)
    return [(use.path, use.line, use.how) for use in python_users("old/layers.py", name, tree)]


@pytest.mark.parametrize(
    ("code", "line", "how"),
    [
        ("from old.layers import Same\n", 1, "import"),
        ("from old.layers import Same as S\n", 1, "import"),
        ("from old.layers import *\nSame\n", 1, "import"),
        ("def f():\n    from old.layers import Same\n", 2, "import"),
        ("try:\n    from old.layers import Same\nexcept ImportError:\n    Same = None\n", 2, "import"),
        ("import old.layers\nold.layers.Same\n", 2, "attribute"),
        ("import old.layers as L\nL.Same\n", 2, "attribute"),
        ("from old import layers\nlayers.Same\n", 2, "attribute"),
        ("import importlib\nm = importlib.import_module('old.layers')\nm.Same\n", 3, "attribute"),
        ("import importlib\ngetattr(importlib.import_module('old.layers'), 'Same')\n", 2, "string"),
        ("TARGET = 'old.layers.Same'\n", 1, "string"),
        ("TARGET = 'old.layers:Same'\n", 1, "string"),
        ("def f(x: 'layers.Same'): pass\n", 1, "string"),
    ],
)
def test_uses_are_found(code: str, line: int, how: str) -> None:
    assert users({"main.py": code}) == [("main.py", line, how)]


def test_uses_inside_the_package_and_by_bare_name() -> None:
    assert users({"old/user.py": "from .layers import Same\n"}) == [("old/user.py", 1, "import")]
    assert users({"old/user.py": "from layers import Same\n"}) == [("old/user.py", 1, "import")]


@pytest.mark.parametrize(
    "code",
    [
        "from old.other import Same\n",
        "from elsewhere import Same\n",
        "Same = 1\nprint(Same)\n",
        '"""What old.layers.Same was."""\n',
        "# old.layers.Same\nx = 1\n",
        "from old import other\nother.Same\n",
        "class A:\n    def f(self):\n        return self.Same  # old layers\n",
        "from old.layers import Old\nSames = 'Samez'\n",
        "kept = load('x')\n\n\ndef f():\n    'old/layers.py::Same'\n    return kept.Same\n",
    ],
)
def test_what_only_looks_like_a_use(code: str) -> None:
    assert users({"main.py": code}) == []


def test_a_file_that_cannot_be_parsed_counts_where_it_speaks_of_the_module() -> None:
    assert users({"main.py": "from old.layers import Same,,\n"}) == [("main.py", 0, "string")]
    assert users({"main.py": "Same,,\n"}) == []


def test_an_adapted_shim_is_used_by_its_own_file_and_an_alias_is_not() -> None:
    lines = [number for number, line in enumerate(SHIM.splitlines(), 1) if "Old(x)" in line or "Old(config)" in line]
    assert users({}, "Old") == [("old/layers.py", line, "file") for line in lines]
    assert users({}) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("_target_: old.layers.Same\n", [1]),
        ("module: layers\nclass: Same\n", [2]),
        ("class: Same\n", []),
        ("members:\n- old/layers.py::Same\n", []),
        ("class: Samesame\nmodule: layers\n", []),
    ],
)
def test_configuration_files(text: str, lines: list[int]) -> None:
    assert [use.line for use in text_users("old/layers.py", "Same", {"a.yaml": text})] == lines
