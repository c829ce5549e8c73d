"""The smallest case that shows the same difference."""

import pytest

from refactor_tools.model.proofs import Call, Case, Construction, OriginalTask, TensorSpec
from refactor_tools.prove.mismatches import first_mismatch
from refactor_tools.prove.shrinking import Shrunken, shrink
from tests.prove.loaded import edited, subject_of
from tests.prove.samples import BLOCK_COMPONENT, BLOCK_ORIGINAL, POOL, POOL_COMPONENT


def shrunken(original: OriginalTask, component: str, runs: int = 80) -> Shrunken:
    subject = subject_of(original, component)
    assert original.case is not None
    found = first_mismatch(subject, original.case)
    assert found is not None
    small = shrink(subject, original.case, found, runs)
    assert small is not None
    return small


def test_what_the_difference_does_not_need_goes() -> None:
    small = shrunken(BLOCK_ORIGINAL, edited(BLOCK_COMPONENT, "F.relu(hidden)", "F.gelu(hidden)"))
    (call,) = small.construction.calls
    assert set(call.arguments) == {"x"}
    assert (small.construction.arguments, small.construction.dims) == ({"width": 1}, {"B": 1, "L": 1, "D": 1})
    assert small.mode is not None
    assert small.mode.name == "inference"


def test_what_the_difference_needs_stays() -> None:
    small = shrunken(POOL, edited(POOL_COMPONENT, "< lengths", "<= lengths"))
    (call,) = small.construction.calls
    assert set(call.arguments) == {"states", "lengths"}
    assert small.construction.dims["B"] >= 2


def test_a_norm_of_one_value_does_not_show_another_eps() -> None:
    small = shrunken(BLOCK_ORIGINAL, edited(BLOCK_COMPONENT, "eps=1e-5", "eps=1e-6"))
    assert (small.construction.arguments, small.construction.dims["D"]) == ({"width": 2}, 2)


def test_sizes_that_are_multiples_shrink_together() -> None:
    small = shrunken(POOL, edited(POOL_COMPONENT, "torch.sum(", "torch.mean("))
    assert small.construction.arguments == {"config": {"hidden_size": 1}}
    assert small.construction.dims["D"] == 2


@pytest.mark.parametrize(
    ("old", "new", "mode"),
    [
        ("hidden = self.norm(x)", "hidden = self.norm(x.detach())", "eval"),
        ("return x + hidden", "return x + self.drop(hidden)", "train"),
    ],
)
def test_the_simplest_mode_that_shows_it(old: str, new: str, mode: str) -> None:
    small = shrunken(BLOCK_ORIGINAL, edited(BLOCK_COMPONENT, old, new))
    assert small.mode is not None
    assert small.mode.name == mode


def test_another_difference_on_the_way_is_not_taken_for_this_one() -> None:
    # Without the gate both sides still differ, but not in what was found first.
    source = edited(BLOCK_COMPONENT, "hidden = hidden * gate", "hidden = hidden * gate * 2")
    small = shrunken(BLOCK_ORIGINAL, edited(source, "return x + hidden * self.scale", "return x - hidden * self.scale"))
    (call,) = small.construction.calls
    assert set(call.arguments) == {"x", "gate"}


def test_structural_differences_need_no_call() -> None:
    small = shrunken(
        BLOCK_ORIGINAL, edited(BLOCK_COMPONENT, "self.drop = ", "self.norm.requires_grad_(False)\n        self.drop = ")
    )
    assert (small.construction.calls, small.scenario, small.mode) == ((), "", None)
    assert small.construction.arguments == {"width": 1}


def test_one_of_several_constructions_is_kept() -> None:
    calls = (Call({"x": TensorSpec(("B", "D"))}),)
    case = Case(tuple(Construction({"width": width, "rate": 0.5}, {"B": 2, "D": width}, calls) for width in (4, 6)))
    original = OriginalTask(BLOCK_ORIGINAL.id, "Block", BLOCK_ORIGINAL.source, BLOCK_ORIGINAL.adapter, case)
    source = edited(
        BLOCK_COMPONENT, "hidden = F.relu(hidden)", "hidden = F.relu(hidden) if x.size(-1) == 4 else F.gelu(hidden)"
    )
    small = shrunken(original, source)
    assert len(small.case.constructions) == 1
    assert "rate" not in small.construction.arguments


def test_few_runs_shrink_little_and_none_nothing() -> None:
    wrong = edited(BLOCK_COMPONENT, "F.relu(hidden)", "F.gelu(hidden)")
    assert BLOCK_ORIGINAL.case is not None
    small = shrunken(BLOCK_ORIGINAL, wrong, runs=1)
    assert small.construction.dims == BLOCK_ORIGINAL.case.constructions[0].dims
    subject = subject_of(BLOCK_ORIGINAL, wrong)
    found = first_mismatch(subject, BLOCK_ORIGINAL.case)
    assert found is not None
    assert shrink(subject, BLOCK_ORIGINAL.case, found, runs=0) is None
