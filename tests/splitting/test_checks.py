"""What the static check notices."""

import pytest

from refactor_tools.splitting.checks import faults, surface_differences
from refactor_tools.splitting.writing import facade_text, part_text
from tests.splitting.plans import PACKAGE, mapped

TEXT = (
    "import os\nfrom . import near\n\ndef f(a, b=1):\n    from .x import y\n    return os, near, y\nX = 1\nprint(X)\n"
)


@pytest.mark.parametrize(
    ("where", "old", "new", "fault"),
    [
        ("part", "b=1", "b=2", "f is not the same in one.py"),
        ("part", "..x", ".x", "f is not the same in one.py"),
        ("part", "import os\n", "", "one.py reads os, which nothing binds there"),
        ("facade", "from .one import f\n", "", "f of one.py is not in pkg/m/__init__.py"),
        ("facade", "X = 1", "X = 2", "X is not the same in pkg/m/__init__.py"),
        ("facade", "print(X)", "print(os)", "print(X) is not the same in pkg/m/__init__.py"),
        ("part", "", "", ""),
        ("facade", "# nothing", "", ""),
        ("part", "    return os", "    # a comment\n    return os", ""),
    ],
)
def test_faults(where: str, old: str, new: str, fault: str) -> None:
    result = mapped(TEXT, one=["f"])
    part, facade = part_text(result, PACKAGE, "one"), facade_text(result, PACKAGE, frozenset())
    if where == "part" and old:
        assert old in part
        part = part.replace(old, new, 1)
    elif old:
        facade = facade.replace(old, new, 1)
    found = faults(result, PACKAGE, {"one": part}, facade)
    assert (fault in found) if fault else found == []


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"A": "class A members [m.x]", "B": "int 1"}, []),
        ({"A": "class A members [m.new.x]", "B": "int 1"}, []),
        ({"A": "class A members [m.x]"}, ["B is gone"]),
        ({"A": "class A members [m.x]", "B": "int 2"}, ["B was int 1, and would be int 2"]),
        (
            {"A": "class A members [other.x]", "B": "int 1"},
            ["A was class A members [m.x], and would be class A members [other.x]"],
        ),
    ],
)
def test_differences_of_what_a_module_shows(after: dict[str, str], expected: list[str]) -> None:
    before = {"A": "class A members [m.x]", "B": "int 1", "os": "module os"}
    assert surface_differences(before, after, {"m.new": "m"}, frozenset({"os"})) == expected
