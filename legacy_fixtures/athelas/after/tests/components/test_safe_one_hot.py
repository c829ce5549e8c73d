"""safe_one_hot: its optional arguments, its gradients, and equality with what it replaced."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from athelas.models.pytorch.routing import safe_one_hot

ORIGINALS = Path(__file__).parent / "../../component_index/originals"


def kept(digest):
    """A kept original as a module of its own."""
    path = ORIGINALS / f"{digest}.py.txt"
    module = sys.modules[f"kept_{digest}"] = ModuleType(f"kept_{digest}")
    exec(compile(path.read_text(encoding="utf-8"), path, "exec", dont_inherit=True), module.__dict__)
    return module


kept_pl_bimodal_moe = kept("887434af2f42adc52c51")
kept_mixture_of_experts = kept("887434af2f42adc52c51")


class KeptPlBimodalMoe:
    """`src/athelas/models/lightning/bimodal/pl_bimodal_moe.py::safe_one_hot`."""

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        return kept_pl_bimodal_moe.safe_one_hot, safe_one_hot

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 24
        torch.manual_seed(1)
        return {
            "indexes": torch.randn(B, L, D),
            "max_length": torch.randint(D, ()),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, L, D = 3, 5, 24
        return [(B, L, D, 1)]

    @staticmethod
    def arguments(indexes, max_length):
        """What the component takes for the original's arguments."""
        return {
            "indexes": indexes,
            "max_length": max_length,
        }


class KeptMixtureOfExperts:
    """`src/athelas/models/temporal_self_attention_legacy/scripts/mixture_of_experts.py::safe_one_hot`."""

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        return kept_mixture_of_experts.safe_one_hot, safe_one_hot

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 24
        torch.manual_seed(1)
        return {
            "indexes": torch.randn(B, L, D),
            "max_length": torch.randint(D, ()),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, L, D = 3, 5, 24
        return [(B, L, D, 1)]

    @staticmethod
    def arguments(indexes, max_length):
        """What the component takes for the original's arguments."""
        return {
            "indexes": indexes,
            "max_length": max_length,
        }


COPIES = [KeptPlBimodalMoe, KeptMixtureOfExperts]


def tensors(value):
    """The tensors in a result, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [tensor for part in value for tensor in tensors(part)] if isinstance(value, list | tuple) else []


def run(function, inputs):
    """The results, the gradients of the inputs (empty where none arrives), and what else a caller notices."""
    inputs = {
        name: value.clone().requires_grad_() if isinstance(value, torch.Tensor) and value.is_floating_point() else value
        for name, value in inputs.items()
    }
    torch.manual_seed(2)
    outcome = function(inputs)
    noticed = type(outcome).__name__, torch.get_rng_state().tolist()
    results = tensors(outcome)
    losses = [result.square().sum() for result in results if result.requires_grad]
    if losses:
        torch.stack(losses).sum().backward()
    return results, [gradient(value) for value in tensors(inputs)], noticed


def gradient(tensor):
    return torch.empty(0) if tensor.grad is None else tensor.grad


@pytest.mark.parametrize("copy", COPIES)
def test_results_have_their_shapes(copy):
    _, component = copy.pair()
    results = tensors(component(**copy.arguments(**copy.inputs())))
    assert [tuple(result.shape) for result in results] == copy.shapes()


@pytest.mark.parametrize("copy", COPIES)
def test_gradients_flow_without_nan(copy):
    _, component = copy.pair()
    results, gradients, _ = run(lambda inputs: component(**copy.arguments(**inputs)), copy.inputs())
    assert any(found.numel() for found in gradients) == any(result.requires_grad for result in results)
    assert all(found.isfinite().all() for found in gradients)


@pytest.mark.parametrize(
    ("copy", "given"),
    [
        (KeptPlBimodalMoe, ("indexes", "max_length")),
        (KeptMixtureOfExperts, ("indexes", "max_length")),
    ],
)
def test_equal_to_the_original(copy, given):
    original, component = copy.pair()
    inputs = {name: value for name, value in copy.inputs().items() if name in given}
    expected, expected_gradients, expected_noticed = run(lambda inputs: original(**inputs), inputs)
    actual, gradients, noticed = run(lambda inputs: component(**copy.arguments(**inputs)), inputs)
    assert noticed == expected_noticed
    assert_same(dict(enumerate(actual)), dict(enumerate(expected)))
    assert_same(dict(enumerate(gradients)), dict(enumerate(expected_gradients)))


def assert_same(actual, expected):
    """The same tensors, bit by bit and of one type, under the same names in the same order."""
    assert list(actual) == list(expected)
    assert [tensor.dtype for tensor in actual.values()] == [tensor.dtype for tensor in expected.values()]
    different = [name for name in expected if not torch.equal(actual[name], expected[name])]
    assert not different
