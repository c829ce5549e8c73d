"""The text of a class that builds a component where it wrote it out, and what the class does with old objects."""

import copy
import pickle
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import ClassVar

import pytest
import torch
from torch import nn

from refactor_tools.codemods.inlined import Replacement, with_components
from refactor_tools.codemods.legacy_support import legacy_support
from refactor_tools.errors import RefactorError
from refactor_tools.model.adapters import Argument
from refactor_tools.model.components import KeyMap
from refactor_tools.model.inlined import InlinedCopy, Span

HOLDER = '''"""A model."""
from torch import nn


class Model(nn.Module):
    """It scores."""

    def __init__(self, width):
        super().__init__()
        self.up = nn.Linear(width, width)  # first
        # the second
        self.down = nn.Linear(width, 1)

    def forward(self, x):
        h = self.up(x)
        return self.down(h.relu())
'''


def replacement(text: str, **changed: object) -> Replacement:
    def span(part: str) -> Span:
        start = text.index(part)
        return Span(start, start + len(part))

    fields: dict[str, object] = {
        "component": "Score",
        "member": "score",
        "init": (Argument("", "width"),),
        "call": (Argument("", "x"),),
        "made": span("self.up = nn.Linear(width, width)"),
        "called": span("self.down(h.relu())"),
        "gone": (span("self.down = nn.Linear(width, 1)"), span("h = self.up(x)")),
        "state": (("score.fc", "up"), ("score.out", "down")),
    }
    return Replacement(InlinedCopy(**fields | changed), "lib.blocks")  # type: ignore[arg-type]  # the fields above


def test_only_the_spans_change() -> None:
    text = with_components(HOLDER, "model.py", "Model", [replacement(HOLDER)], "lib")
    assert (
        text
        == '''"""A model."""
from torch import nn

from lib import _legacy
from lib.blocks import Score as _Score


class Model(_legacy.Holder, nn.Module):
    """It scores."""

    _old_names = {"score.fc": "up", "score.out": "down"}
    _new_parts = {"score": _Score}

    def __init__(self, width):
        super().__init__()
        self.score = _Score(width)  # first
        # the second

    def forward(self, x):
        return self.score(x)
'''
    )


def test_line_ends_stay() -> None:
    text = HOLDER.replace("\n", "\r\n")
    found = with_components(text, "model.py", "Model", [replacement(text)], "lib")
    assert found.count("\n") == found.count("\r\n")


def test_what_is_imported_already_is_not_imported_again() -> None:
    text = HOLDER.replace("from torch import nn\n", "from torch import nn\n\nfrom lib import _legacy\n")
    found = with_components(text, "model.py", "Model", [replacement(text)], "lib")
    assert found.count("import _legacy") == 1


def test_calls_that_are_too_long_stand_on_several_lines() -> None:
    values = tuple(Argument(f"parameter_{number}", f"some_long_value_{number}") for number in range(4))
    found = with_components(HOLDER, "model.py", "Model", [replacement(HOLDER, call=values, init=values)], "lib")
    assert "        return self.score(\n            parameter_0=some_long_value_0,\n" in found
    assert "        self.score = _Score(\n            parameter_0=some_long_value_0,\n" in found
    assert max(map(len, found.splitlines())) <= 120


def test_a_name_that_is_taken_is_said() -> None:
    text = HOLDER.replace("\n\nclass", "\n_Score = 3\n\n\nclass", 1)
    with pytest.raises(RefactorError, match=r"model\.py: binds _Score itself"):
        with_components(text, "model.py", "Model", [replacement(text)], "lib")


class Score(nn.Module):
    def __init__(self, width: int, scale: float) -> None:
        super().__init__()
        self.scale = scale
        self.net = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1))
        self.register_buffer("count", torch.ones(1), persistent=False)


class Old(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.factor = 0.5
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, width)
        self.down = nn.Linear(width, 1)
        self.register_buffer("seen", torch.ones(1), persistent=False)
        self.head = nn.Linear(1, 1)


@pytest.fixture(scope="module")
def support() -> Iterator[ModuleType]:
    """The generated module of a library with such a class."""
    holder = KeyMap("m.Model@m", "m", "m", "Model@m", "class", (), "m.py::Model")
    module = ModuleType("_legacy_of_holders")
    sys.modules[module.__name__] = module
    exec(legacy_support("2.0", "DeprecationWarning", [holder], str, []), vars(module))
    yield module
    del sys.modules[module.__name__]


@pytest.fixture(scope="module")
def new(support: ModuleType) -> type[nn.Module]:
    class New(support.Holder, nn.Module):  # type: ignore[misc, name-defined]  # made by exec
        _old_names: ClassVar = {"score.net.0": "up", "score.net.2": "down", "score.count": "seen"}
        _new_parts: ClassVar = {"score": Score}
        _part_values: ClassVar = {"score": lambda old: {"scale": old.factor, "net.1": nn.ReLU()}}

        def __init__(self, width: int) -> None:
            super().__init__()
            self.factor = 0.5
            self.norm = nn.LayerNorm(width)
            self.score = Score(width, 0.5)
            self.head = nn.Linear(1, 1)

    return New


def test_old_keys_are_saved_and_loaded(new: type[nn.Module]) -> None:
    old, fresh = Old(3), new(3)
    assert list(fresh.state_dict()) == list(old.state_dict())
    fresh.load_state_dict(old.state_dict(), strict=True)
    assert torch.equal(fresh.score.net[0].weight, old.up.weight)
    nested, outer = nn.Sequential(Old(3)), nn.Sequential(fresh)
    outer.load_state_dict(nested.state_dict(), strict=True)
    assert torch.equal(fresh.score.net[2].weight, nested[0].down.weight)


def test_an_old_object_becomes_a_new_one(new: type[nn.Module]) -> None:
    old = Old(3).eval()
    loaded = new.__new__(new)
    loaded.__setstate__(copy.deepcopy(old.__dict__))
    assert [name for name, _ in loaded.named_children()] == ["norm", "score", "head"]
    assert [str(layer) for layer in loaded.score.net] == [str(layer) for layer in Score(3, 0.5).net]
    assert loaded.score.scale == 0.5
    assert not any(module.training for module in loaded.modules())
    assert not {"score.count", "seen"} & set(loaded.state_dict())
    assert [name for name, _ in loaded.named_parameters()] == [name for name, _ in new(3).named_parameters()]
    assert torch.equal(loaded.score.net[0].weight, old.up.weight)


def test_a_new_object_stays_what_it_is(new: type[nn.Module]) -> None:
    fresh = new(3)
    twin = copy.deepcopy(fresh)
    assert [name for name, _ in twin.named_modules()] == [name for name, _ in fresh.named_modules()]
    assert pickle.loads(pickle.dumps(fresh.state_dict())).keys() == fresh.state_dict().keys()


def test_old_members_can_be_read(new: type[nn.Module]) -> None:
    fresh = new(3)
    assert fresh.up is fresh.score.net[0]
    with pytest.raises(AttributeError, match="missing"):
        _ = fresh.missing


def test_a_library_without_such_classes_has_no_base_for_them() -> None:
    assert "Holder" not in legacy_support("2.0", "DeprecationWarning", [], str, [])
