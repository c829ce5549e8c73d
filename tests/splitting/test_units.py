"""What moves together and what cannot move."""

import pytest

from tests.splitting.plans import units_of


def groups(text: str) -> list[set[str]]:
    return [set(unit.binds) for unit in units_of(text).units]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("X = 1\nclass A: pass\nX += 1\n", [{"X"}, {"A"}]),
        ("T = {}\ndef f(): pass\nT['f'] = f\nT.update(a=1)\n", [{"T"}, {"f"}]),
        ("class A: pass\nclass A(A): pass\nclass B: pass\n", [{"A"}, {"B"}]),
        ("A, B = 1, 2\nC = 3\n", [{"A", "B"}, {"C"}]),
        (
            "_n = 0\ndef up():\n    global _n\n    _n += 1\ndef read():\n    return _n\nX = 1\n",
            [{"_n", "up", "read"}, {"X"}],
        ),
    ],
)
def test_what_binds_or_changes_one_name_is_one_unit(text: str, expected: list[set[str]]) -> None:
    assert groups(text) == expected


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("import os\nHERE = os.path.dirname(__file__)\n", "HERE", "reads __file__ of its module"),
        ("def f():\n    return globals()['X']\n", "f", "calls globals"),
        ("import sys\ndef f():\n    return sys._getframe(1)\n", "f", "calls sys._getframe"),
        ("n = 0\ndef up():\n    global n\n    n = 1\n", "n", "rebound with `global`"),
        ("for i in range(3):\n    pass\ndef f():\n    return i\n", "f", "uses i, which line 1 binds"),
        ("X = 1\ndel X\n", "X", "bound again in line 2"),
        ("import a\na = None\ndef f(): return a\n", "a", "also imported"),
        ("X = __name__\ndef f():\n    return X\nclass A:\n    y = f()\n", "A", "uses f, which stays"),
    ],
)
def test_what_stays_says_why(text: str, name: str, reason: str) -> None:
    units = units_of(text)
    unit = units.of(name)
    assert unit is not None
    assert reason in units.staying[unit.number]


@pytest.mark.parametrize(
    "text",
    [
        "X = 1\ndef f():\n    return X\n",
        "import logging\nlog = logging.getLogger(__name__)\ndef f():\n    log.info('x')\n",
        "def f():\n    __name__ = 1\n    return __name__\n",
        "class A:\n    def globals(self):\n        return self.globals()\n",
        "_n = 0\ndef up():\n    global _n\n    _n = 1\n",
        "try:\n    import a\nexcept ImportError:\n    a = None\ndef f():\n    return a\n",
    ],
)
def test_what_may_move(text: str) -> None:
    assert units_of(text).staying == {}


def test_what_others_assign_stays_with_its_readers() -> None:
    units = units_of("def helper(): pass\ndef f():\n    helper()\ndef g(): pass\n", assigned={"helper": "t.py:3"})
    assert list(units.staying.values()) == ["t.py:3 assigns helper in this module", "uses helper, which stays"]


def test_a_private_global_that_others_read_stays() -> None:
    text = "_n = 0\ndef up():\n    global _n\n    _n = 1\n"
    assert units_of(text, frozenset({"_n"})).staying
    assert not units_of(text, frozenset({"up"})).staying
