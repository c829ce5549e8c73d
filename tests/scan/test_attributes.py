import pytest

from refactor_tools.scan.attributes import Attributes
from refactor_tools.scan.resolve import Resolver


def attributes(scan) -> Attributes:
    return Attributes(Resolver.of(scan))


@pytest.mark.parametrize(
    ("text", "names", "is_open"),
    [
        ("A = _b = 1\ndef f(): ...\n", {"A", "f"}, False),
        ("__all__ = ['_b']\nA = _b = 1\n", {"_b"}, False),
        ("__all__ = ['A', 'B']\n__all__.remove('B')\nA = B = 1\n", {"A"}, False),
        ("__all__ = []\nA = 1\n", set(), False),
        ("__all__ = [A.__name__]\nclass A: ...\n", {"A"}, False),
        ("import os\nA = 1\n", {"A", "os"}, False),
        ("from os import *\nA = 1\n", {"A"}, True),
        ("__all__ = [n for n in dir()]\nA = 1\n", {"A"}, True),
        ("A = 1\nglobals()['B'] = 2\n", {"A"}, True),
        ("A = 1\nvars()[name] = 2\n", {"A"}, True),
        ("if x:\n    __all__ = ['A']\nA = B = 1\n", {"A"}, False),
    ],
)
def test_public_names(tree, text: str, names: set[str], is_open: bool) -> None:
    public = attributes(tree({"a.py": text})).public("a.py")
    assert (set(public.names), public.is_open) == (names, is_open)


def test_all_of_other_modules_is_taken_in(tree) -> None:
    scan = tree(
        {
            "pkg/__init__.py": """
            from . import a, b as c
            from .d import *
            __all__ = [*a.__all__, 'X', *c.__all__, *d.__all__]
            """,
            "pkg/a.py": "__all__ = ('A',)\n",
            "pkg/b.py": "__all__ = ('B',)\n",
            "pkg/d.py": "__all__ = ('D',)\n",
        }
    )
    found = attributes(scan)
    assert found.public("pkg/__init__.py").names == {"A", "B", "D", "X"}
    assert not found.public("pkg/__init__.py").is_open


def test_all_of_a_module_outside_the_tree_leaves_it_open(tree) -> None:
    scan = tree({"a.py": "import os\n__all__ = ['A'] + os.__all__\nA = 1\n"})
    public = attributes(scan).public("a.py")
    assert (public.names, public.is_open) == ({"A"}, True)


def test_stars_in_a_ring_end(tree) -> None:
    found = attributes(tree({"a.py": "from b import *\nA = 1\n", "b.py": "from a import *\nB = 1\n"}))
    assert {"A", "B"} <= found.public("a.py").names | found.public("b.py").names


@pytest.mark.parametrize(
    ("name", "provided"), [("A", True), ("B", True), ("__doc__", True), ("_private", False), ("Gone", False)]
)
def test_what_a_module_provides(tree, name: str, provided: bool) -> None:
    found = attributes(tree({"a.py": "from b import *\nA = 1\n", "b.py": "B = _private = 1\n"}))
    assert found.provides("a.py", name) is provided


@pytest.mark.parametrize(
    "text", ["def __getattr__(n): ...\n", "import sys\nsys.modules[__name__] = X()\n", "def f(:\n"]
)
def test_a_module_that_cannot_be_known_provides_everything(tree, text: str) -> None:
    assert attributes(tree({"a.py": text})).provides("a.py", "Anything")


def test_submodules(tree) -> None:
    found = attributes(tree({"pkg/__init__.py": "", "pkg/a.py": "", "pkg/b/__init__.py": "", "pkg/b/c.py": ""}))
    assert found.submodule("pkg/__init__.py", "a") == "pkg/a.py"
    assert found.submodule("pkg/__init__.py", "b.c") == "pkg/b/c.py"
    assert found.submodule("pkg/__init__.py", "gone") == found.submodule("pkg/a.py", "b") == ""
