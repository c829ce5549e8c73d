"""Where among the state keys stand the layers that a module builds."""

from textwrap import dedent, indent

import libcst as cst
import pytest

from refactor_tools.unify.held import held_at

FOUND = {
    "self.pool = Pool(dim)": ["pool"],
    "self.pool = Pool(dim) if dim else Pool(1)": ["pool", "pool"],
    "self.one = Pool(1)\nself.two = Pool(2)": ["one", "two"],
    "self.layers = nn.Sequential(*[Pool(dim) for _ in range(3)])": ["layers.*"],
    "self.layers = nn.ModuleList([Pool(dim) for _ in range(3)])": ["layers.*"],
    "self.layers = nn.ModuleList(Pool(dim) for _ in range(3))": ["layers.*"],
    "self.layers = nn.Sequential(nn.Linear(2, 2), Pool(dim))": ["layers.1"],
    "self.layers = nn.ModuleList([Pool(1), nn.Linear(2, 2), Pool(2)])": ["layers.0", "layers.2"],
    "for _ in range(3):\n    self.layers.append(Pool(dim))": ["layers.*"],
    "for _ in range(3):\n    self.layers.append(nn.ModuleList([nn.Linear(2, 2), Pool(dim)]))": ["layers.*.1"],
    "self.layers = nn.ModuleList([nn.Sequential(Pool(d), nn.ReLU()) for d in dims])": ["layers.*.0"],
}

LOST = [
    "self.layers = nn.Sequential(*before, Pool(dim))",
    "self.layers = nn.Sequential(Residual(Pool(dim)))",
    "layers = [Pool(dim)]\nself.layers = nn.Sequential(*layers)",
    "self.make = Pool",
    "self.layers = nn.ModuleDict({'a': Pool(dim)})",
]


def places(body: str) -> list[str]:
    text = "class Model(nn.Module):\n    def __init__(self, dim):\n" + indent(dedent(body), " " * 8) + "\n"
    return held_at(cst.parse_module(text).body[0], "Pool")


@pytest.mark.parametrize("body", FOUND)
def test_places(body: str) -> None:
    assert places(body) == FOUND[body]


@pytest.mark.parametrize("body", LOST)
def test_what_cannot_be_told_is_left_out(body: str) -> None:
    assert places(body) == []
