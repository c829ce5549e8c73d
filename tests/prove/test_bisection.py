"""Which submodules make the difference."""

from collections.abc import Sequence

import pytest

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.proofs import Call, Case, Construction, OriginalTask, TensorSpec
from refactor_tools.prove.bisection import Bisection, _Transplant, bisect, minimal
from refactor_tools.prove.mismatches import first_mismatch
from refactor_tools.prove.pairs import pair_up
from tests.prove.loaded import edited, subject_of
from tests.prove.samples import BLOCK_COMPONENT, BLOCK_ORIGINAL

NESTED = """
from torch import nn


class Part(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.inner = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, eps=eps)

    def forward(self, x):
        return self.norm(self.inner(x))


class Whole(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.encoder = Part(width, 1e-5)
        self.head = nn.Sequential(nn.Linear(width, width), nn.Dropout(0.1), nn.Softplus(beta=1.0))

    def forward(self, x):
        return self.head(self.encoder(x))
"""
CASE = Case((Construction({"width": 4}, {"B": 3}, (Call({"x": TensorSpec(("B", 4))}),)),))
WHOLE = OriginalTask("legacy/whole.py::Whole", "Whole", NESTED, Adapter(), CASE)


def bisected(original: OriginalTask, component: str) -> Bisection:
    subject = subject_of(original, component)
    assert original.case is not None
    found = first_mismatch(subject, original.case)
    assert found is not None
    assert found.scenario is not None
    assert found.mode is not None
    return bisect(subject, pair_up(subject, found.setting), found.setting, found.scenario, found.mode)


def test_the_submodule_is_named_as_the_original_calls_it() -> None:
    found = bisected(BLOCK_ORIGINAL, edited(BLOCK_COMPONENT, "eps=1e-5", "eps=1e-6"))
    assert found.culprits == ("norm",)
    assert found.text.startswith("the difference goes away with the original's `norm`: LayerNorm((8,), eps=1e-05")
    assert "instead of LayerNorm((8,), eps=1e-06" in found.text


def test_the_deepest_submodule_that_is_enough() -> None:
    found = bisected(WHOLE, edited(NESTED, "1e-5", "1e-6"))
    assert found.culprits == ("encoder.norm",)


def test_two_submodules_are_both_needed() -> None:
    found = bisected(WHOLE, edited(edited(NESTED, "1e-5", "1e-3"), "beta=1.0", "beta=2.0"))
    assert found.culprits == ("encoder", "head")
    assert found.text == "the difference goes away with the original's `encoder` and `head`"


def test_renamed_children_are_exchanged_through_the_key_map() -> None:
    # Of the component's children only `fc1` rounds; it stands for the original's `first`.
    source = edited(BLOCK_COMPONENT, "self.fc1 = nn.Linear(dim, dim)", "self.fc1 = Rounding(dim, dim)")
    body = "    def forward(self, input):\n        return super().forward(input).half().float()"
    rounding = f"class Rounding(nn.Linear):\n{body}\n"
    found = bisected(BLOCK_ORIGINAL, edited(source, "\n\nclass Block", f"\n\n{rounding}\n\nclass Block"))
    assert found.culprits == ("fc1",)
    assert "the original's `first`" in found.text


def test_no_submodule_makes_the_difference() -> None:
    found = bisected(BLOCK_ORIGINAL, edited(BLOCK_COMPONENT, "F.relu(hidden)", "F.gelu(hidden)"))
    assert found == Bisection((), "no submodule: the difference is in forward itself")


def test_what_is_called_otherwise_is_not_exchanged() -> None:
    source = edited(
        edited(
            NESTED, "def forward(self, x):\n        return self.norm", "def forward(self, y):\n        return self.norm"
        ),
        "1e-5",
        "1e-6",
    )
    found = bisected(WHOLE, source)
    assert found.culprits == ()
    assert "`encoder` was not tried: its forward takes other arguments" in found.text


@pytest.mark.parametrize("needed", [{0}, {5}, {15}, {3, 4}, {0, 15}, {1, 8, 9}])
def test_the_fewest_are_found_by_halving(needed: set[int]) -> None:
    candidates = [_Transplant(str(place), str(place)) for place in range(16)]
    runs = 0

    def removes(chosen: Sequence[_Transplant]) -> bool:
        nonlocal runs
        runs += 1
        return needed <= {int(entry.path) for entry in chosen}

    found = minimal((), (), candidates, removes)
    assert {int(entry.path) for entry in found} == needed
    assert runs <= 10 * len(needed)
