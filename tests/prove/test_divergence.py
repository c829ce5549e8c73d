"""Where two sides part, told in operations, arguments and numbers."""

import pytest
import torch

from refactor_tools.model.divergences import ArgumentDifference, Divergence
from refactor_tools.model.proofs import OriginalTask
from refactor_tools.prove.divergence import divergence_of
from refactor_tools.prove.mismatches import first_mismatch
from refactor_tools.prove.pairs import pair_up
from refactor_tools.prove.statistics import distance_of, statistics_of
from tests.prove.loaded import edited, subject_of
from tests.prove.samples import BLOCK_COMPONENT, BLOCK_ORIGINAL, POOL, POOL_COMPONENT


def divergence(original: OriginalTask, component: str) -> Divergence:
    subject = subject_of(original, component)
    assert original.case is not None
    found = first_mismatch(subject, original.case)
    assert found is not None
    return divergence_of(found, pair_up(subject, found.setting))


def test_another_argument_is_named_with_both_values_and_both_lines() -> None:
    found = divergence(BLOCK_ORIGINAL, edited(BLOCK_COMPONENT, "eps=1e-5", "eps=1e-6"))
    assert found.kind == "values"
    assert found.arguments == (ArgumentDifference("eps", "1e-05", "1e-06"),)
    assert found.message == "the original has native_layer_norm(eps=1e-05), the component native_layer_norm(eps=1e-06)"
    assert found.original is not None
    assert found.component is not None
    assert found.original.line.startswith("legacy/block.py::Block:15: hidden = ")
    assert found.component.line == "component.py:17: hidden = self.norm(x)"
    assert found.place == "construction 0, call 0, train"


def test_results_are_told_in_numbers() -> None:
    found = divergence(BLOCK_ORIGINAL, edited(BLOCK_COMPONENT, "eps=1e-5", "eps=1e-6"))
    assert found.original is not None
    assert found.original.result is not None
    assert (found.original.result.shape, found.original.result.dtype) == ((3, 5, 8), "float32")
    assert found.distance is not None
    assert found.distance.absolute == pytest.approx(4.2e-5, rel=0.1)


def test_another_operand_is_named_by_where_it_comes_from() -> None:
    source = edited(BLOCK_COMPONENT, "hidden = self.fc1(hidden)", "hidden = self.fc2(hidden)")
    found = divergence(BLOCK_ORIGINAL, source)
    assert ArgumentDifference("mat2", "parameter first.weight", "parameter second.weight") in found.arguments
    assert found.component is not None
    assert found.component.name == "addmm"


def test_an_operand_of_another_line_is_named_by_it() -> None:
    source = edited(BLOCK_COMPONENT, "return x + hidden * self.scale", "return hidden + hidden * self.scale")
    found = divergence(BLOCK_ORIGINAL, source)
    assert [(argument.original, argument.component) for argument in found.arguments] == [
        ("input x", "mul.Tensor of line 22")
    ]


def test_operations_of_another_kind_have_no_arguments_in_common() -> None:
    found = divergence(BLOCK_ORIGINAL, edited(BLOCK_COMPONENT, "F.relu(hidden)", "F.gelu(hidden)"))
    assert found.message == "the original has relu, the component gelu"
    assert (found.arguments, found.distance) == ((), None)


def test_a_backward_divergence_points_to_the_forward_line() -> None:
    found = divergence(BLOCK_ORIGINAL, edited(BLOCK_COMPONENT, "self.norm(x)", "self.norm(x.detach())"))
    assert found.component is not None
    assert found.component.backward
    assert found.component.line == "component.py:17: hidden = self.norm(x.detach())"
    assert found.arguments[0].name == "output_mask"


def test_an_exception_is_told_as_it_is() -> None:
    found = divergence(BLOCK_ORIGINAL, edited(BLOCK_COMPONENT, "hidden = self.norm(x)", "raise ValueError('no')"))
    assert (found.kind, found.original, found.component) == ("exception", None, None)
    assert "ValueError: no (component.py:17: raise ValueError('no'))" in found.message


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("nn.Linear(dim, dim)\n        self.norm", "nn.Linear(dim, dim, bias=False)\n        self.norm", "state keys"),
        ("self.drop = ", "self.norm.requires_grad_(False)\n        self.drop = ", "requires_grad"),
        ("self.drop = ", "self.fc2.weight = self.fc1.weight\n        self.drop = ", "tied parameters"),
        ("self.drop = ", "torch.rand(1)\n        self.drop = ", "seeded initialisation"),
    ],
)
def test_structure_comes_before_what_follows_from_it(old: str, new: str, check: str) -> None:
    found = divergence(BLOCK_ORIGINAL, edited(BLOCK_COMPONENT, old, new))
    assert (found.kind, found.check) == ("structure", check)


def test_what_runs_show_comes_before_the_initialisation() -> None:
    source = edited(BLOCK_COMPONENT, "self.drop = ", "torch.rand(1)\n        self.drop = ")
    assert divergence(BLOCK_ORIGINAL, edited(source, "F.relu(hidden)", "F.gelu(hidden)")).kind == "values"


def test_equal_sides_have_no_mismatch() -> None:
    assert BLOCK_ORIGINAL.case is not None
    assert POOL.case is not None
    assert first_mismatch(subject_of(BLOCK_ORIGINAL, BLOCK_COMPONENT), BLOCK_ORIGINAL.case) is None
    assert first_mismatch(subject_of(POOL, POOL_COMPONENT), POOL.case) is None


def test_statistics_are_over_finite_values() -> None:
    found = statistics_of(torch.tensor([1.0, 3.0, float("nan"), float("inf"), float("-inf")]))
    assert (found.minimum, found.maximum, found.mean, found.deviation) == (1.0, 3.0, 2.0, 1.0)
    assert (found.nans, found.infinities) == (1, 2)
    empty = statistics_of(torch.tensor([float("nan")]))
    assert (empty.minimum, empty.nans) == (None, 1)


@pytest.mark.parametrize("dtype", [torch.bool, torch.int64, torch.bfloat16, torch.complex64])
def test_every_dtype_has_statistics(dtype: torch.dtype) -> None:
    found = statistics_of(torch.ones(2, dtype=dtype))
    assert (found.dtype, found.maximum) == (str(dtype).removeprefix("torch."), 1.0)


def test_distance_is_relative_to_the_original_where_it_is_not_zero() -> None:
    found = distance_of(torch.tensor([0.0, 2.0, float("nan")]), torch.tensor([0.5, 3.0, 1.0]))
    assert found is not None
    assert (found.absolute, found.relative) == (1.0, 0.5)
    assert distance_of(torch.zeros(2), torch.zeros(3)) is None
