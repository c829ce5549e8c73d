import ast
import re

import pytest

from refactor_tools.certificates.renaming import without_local_names

# `y` and `z` may be called otherwise.
FREE = [
    "def f(x):\n    y = x + 1\n    return y",
    "def f(x):\n    for y in x:\n        print(y)",
    "def f(x):\n    with x as y:\n        return y",
    "def f(x):\n    y, (z, *k) = x\n    return k, z, y",
    "def f(x):\n    return [y + z for y in x for z in y]",
    "def f(x):\n    return {y: z for y, z in x if y}",
    "def f(x):\n    return [(y := a) for a in x], y",
    "def f(x):\n    y = 2\n    def g(a):\n        z = a * y\n        return z\n    return g(x)",
    "def f(x):\n    y = 1\n    return lambda a: a + y",
    "class A:\n    def f(self):\n        y = self.n\n        return y",
]
# `y` may not: something else than an assignment binds it, others use it, or its name can be seen.
HELD = [
    "def f(y):\n    return y",
    "def f(x):\n    return y",
    "def f(x):\n    x.y = 1",
    "def f(x):\n    return g(y=x)",
    "y = 1",
    "class A:\n    y = 1",
    "def f(x):\n    y = x\n    return locals()",
    "def f(x):\n    global y\n    y = x",
    "def f(x):\n    y = x\n    return f'{y=}'",
    "def f(x):\n    def y(): pass\n    return y",
    "def f(x):\n    from x import y\n    return y",
]
# Two programs in which another variable is meant; in the second of the later ones the first text's name is its own.
MEANT = [
    ("def f(x):\n    y = x\n    z = 2\n    return y", "def f(x):\n    y = x\n    z = 2\n    return z"),
    ("def f(x):\n    y, z = x\n    return y - z", "def f(x):\n    z, y = x\n    return y - z"),
    ("def f(x):\n    z = [y for y in x]\n    return y", "def f(x):\n    z = [w for w in x]\n    return w"),
    ("def f(x):\n    z = 1\n    return [z for w in x]", "def f(x):\n    z = 1\n    return [w for w in x]"),
    ("def f(x):\n y = 1\n import a.y as y\n return y", "def f(x):\n w = 1\n import a.y as y\n return w"),
    ("def f(x):\n os = 1\n import os.path\n return os", "def f(x):\n w = 1\n import os.path\n return w"),
    ("def f(x):\n y = 1\n match x:\n  case y: y()", "def f(x):\n w = 1\n match x:\n  case y: w()"),
    ("def f(x):\n y = 1\n def g(y):\n  return y\n return g", "def f(x):\n y = 1\n def g(z):\n  return y\n return g"),
    ("def f(x):\n y = 1\n try: x()\n except E as y: y()", "def f(x):\n w = 1\n try: x()\n except E as y: w()"),
]


def renamed(source: str) -> str:
    return ast.dump(without_local_names(ast.parse(source)))


def otherwise(source: str) -> str:
    return re.sub(r"\bz\b", "total", re.sub(r"\by\b", "entry", source))


@pytest.mark.parametrize("source", FREE)
def test_names_of_variables_do_not_count(source: str) -> None:
    assert otherwise(source) != source
    assert renamed(source) == renamed(otherwise(source))


@pytest.mark.parametrize("source", HELD)
def test_other_names_count(source: str) -> None:
    assert otherwise(source) != source
    assert renamed(source) != renamed(otherwise(source))


@pytest.mark.parametrize(("left", "right"), MEANT)
def test_which_variable_is_meant_counts(left: str, right: str) -> None:
    assert renamed(left) != renamed(right)
