"""Classes that are longer than a file may be."""

import pickle
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from refactor_tools.model.outcomes import Refusal
from refactor_tools.splitting.class_body import methods_that_may_move
from refactor_tools.splitting.mixins import DividedClass, class_faults, divide_class
from refactor_tools.splitting.source import read_module

FILLER = "".join(f"        value = value + {number}\n" for number in range(30))
BIG = f'''"""Big, from m.py."""

from __future__ import annotations

import math

from torch import nn

SIZE = 4


class Base(nn.Module):
    def report(self):
        return "base"


class Big(Base):
    """A trainer, a model and an exporter at once."""

    scale = 2

    def __init__(self, size=SIZE):
        super().__init__()
        self.linear = nn.Linear(size, size)
        self.__secret = size

    def forward(self, x):
        return self.linear(x) * self.scale

    def report(self):
        return "big " + super().report()

    # ---- training

    def train_step(self, value):
        """One step."""
{FILLER}        return self.train_loss(value)  # then
        # the end of it

    @staticmethod
    def train_loss(value):
{FILLER}        return math.sqrt(value)

    # ---- export

    @property
    def export_size(self):
{FILLER.replace("value + ", "self.__secret + ").replace("value =", "found =")}        return self.__secret

    @export_size.setter
    def export_size(self, value):
        self.__secret = value

    @classmethod
    def export_name(cls, prefix="x"):
        value = 0
{FILLER}        return prefix + cls.__qualname__
'''


def divided(text: str = BIG, limit: int = 100) -> DividedClass:
    found = divide_class(text, "pkg/big.py", "Big", limit, {"big"})
    assert isinstance(found, DividedClass), found
    assert class_faults(text, found, "pkg/big.py") == []
    return found


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package `whole` with the class as it was, and `halves` with the class divided."""
    found = divided()
    for name, files in {
        "whole": {"big": BIG},
        "halves": {"big": found.text, **{mixin.stem: mixin.text for mixin in found.mixins}},
    }.items():
        (tmp_path / name).mkdir()
        for stem, text in {"__init__": "", **files}.items():
            (tmp_path / name / f"{stem}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.split(".")[0] in ("whole", "halves")]:
        del sys.modules[name]


def test_methods_move_as_they_stood_and_no_file_is_too_long() -> None:
    found = divided()
    texts = [found.text, *(mixin.text for mixin in found.mixins)]
    assert max(len(text.splitlines()) for text in texts) <= 100
    assert {mixin.stem: mixin.methods for mixin in found.mixins} == {
        "big_train": ("train_step", "train_loss"),
        "big_export": ("export_size", "export_name"),
    }
    joined = "\n".join(mixin.text for mixin in found.mixins)
    assert (
        f'    def train_step(self, value):\n        """One step."""\n{FILLER}        return self.train_loss' in joined
    )
    assert "        return self.train_loss(value)  # then\n        # the end of it\n" in joined
    assert "    # ---- export\n\n    @property\n" in joined
    assert ", Base):" in found.text


def test_everything_that_a_user_can_see_of_the_class_stays(package: Path) -> None:
    import halves.big  # type: ignore[import-not-found]
    import torch
    import whole.big  # type: ignore[import-not-found]

    old, new = whole.big.Big, halves.big.Big
    for name in ("train_step", "train_loss", "export_name", "report", "forward"):
        assert getattr(new, name).__qualname__ == getattr(old, name).__qualname__ == f"Big.{name}"
    assert [base.__name__ for base in new.__mro__ if base.__bases__ != (object,)] == [
        base.__name__ for base in old.__mro__ if base.__bases__ != (object,)
    ]
    torch.manual_seed(0)
    first = old()
    torch.manual_seed(0)
    second = new()
    assert first.state_dict().keys() == second.state_dict().keys()
    assert vars(first).keys() == vars(second).keys()
    x = torch.ones(1, 4)
    assert torch.equal(first(x), second(x))
    assert first.train_step(1.0) == second.train_step(1.0)
    second.export_size = 9
    assert second.export_size == 9
    assert second._Big__secret == 9
    assert new.report(second) == "big base"
    assert new.export_name("a") == "aBig"
    assert pickle.loads(pickle.dumps(new.train_step)) is new.train_step
    assert type(pickle.loads(pickle.dumps(second))) is new


def movable(body: str, head: str = "class Big(Base):", before: str = "") -> set[str] | str:
    source = read_module(f"{before}{head}\n{textwrap.indent(textwrap.dedent(body), '    ')}", "m.py")
    node = next(item for item in source.tree.body if getattr(item, "name", "") == "Big")
    found = methods_that_may_move(source, node)  # type: ignore[arg-type]
    return found.reason if isinstance(found, Refusal) else {method.name for method in found}


@pytest.mark.parametrize(
    "body",
    [
        "def f(self): return super().f()",
        "def f(self): return 1\ndef g(self): return super().f()\n__x = 1",
        "def f(self): return __class__",
        "def f(self): return Big",
        "X = 1\ndef f(self, x=X): return x",
        "def f(self): return 1\nalias = f",
        "def f(self): return 1\nx = property(f)",
        "def deco(g): return g\n@deco\ndef f(self): return 1",
        "def f(self): return helper()",
        "def __eq__(self, other): return True",
        "class f: pass",
    ],
)
def test_what_is_tied_to_its_class_stays_in_it(body: str) -> None:
    assert "f" not in movable(body, before="def helper(): pass\n")
    assert "__eq__" not in movable(body)


@pytest.mark.parametrize(
    "body",
    [
        "def f(self): return self.x",
        "@property\ndef f(self): return 1\n@f.setter\ndef f(self, x): pass",
        "def f(self): return self.__x",
        "def f(self): return 1\ndef g(self): return super().g()",
        "X = 1\ndef f(self): return self.X",
        "@staticmethod\ndef f(): return 1",
        "async def f(self): return 1",
        "def f(self):\n    def super2(): pass\n    return super2",
    ],
)
def test_what_may_move(body: str) -> None:
    assert "f" in movable(body)


@pytest.mark.parametrize(
    ("head", "body", "reason"),
    [
        ("@decorated\nclass Big(Base):", "def f(self): pass", "a decorator may look at its body"),
        ("class Big(Base, metaclass=Meta):", "def f(self): pass", "it is made with metaclass="),
        ("class Big(Protocol):", "def f(self): pass", "its base Protocol may make something of its body"),
        ("class Big(make()):", "def f(self): pass", "its base make() may make something"),
        ("class Big:", "__slots__ = ('a',)\ndef f(self): pass", "it has __slots__"),
        ("class Big:", "def __init_subclass__(cls): pass\ndef f(self): pass", "it looks at classes"),
        ("class Big(Base):", "def f(self): return getattr(super(), 'x')", "another way than super().name"),
    ],
)
def test_classes_that_would_notice_are_refused(head: str, body: str, reason: str) -> None:
    found = movable(body, head)
    assert isinstance(found, str)
    assert reason in found


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("class Big(Base):", "class Big(_BigGo, Base):"),
        ("class Big:", "class Big(_BigGo):"),
        ("class Big():", "class Big(_BigGo):"),
        ("class Big(  # why\n    Base,\n):", "class Big(  # why\n    _BigGo, Base,\n):"),
    ],
)
def test_the_class_statement(head: str, expected: str) -> None:
    filler = FILLER.replace("value", "x")
    stays = f"    def __len__(self, x=1):\n{filler}        return x\n"
    found = divided(f"{head}\n    a = 1\n\n    def go(self, x):\n{filler}        return x\n\n{stays}", 61)
    assert expected in found.text
    assert found.mixins[0].text.count("def go") == 1
    assert "def go" not in found.text


def test_a_lost_method_is_noticed() -> None:
    found = divided()
    broken = DividedClass(found.name, found.text.replace("scale = 2", "scale = 3"), found.mixins)
    assert class_faults(BIG, broken, "pkg/big.py")
    assert class_faults(BIG, DividedClass(found.name, found.text, found.mixins[1:]), "pkg/big.py")


def test_a_class_of_one_long_method_is_refused() -> None:
    text = f"class Big:\n    def __init__(self, value):\n{FILLER * 3}\n"
    found = divide_class(text, "m.py", "Big", 50, ())
    assert isinstance(found, Refusal)
    assert "tied to it, or each is too long" in found.reason
