"""compute_FM_parallel: its optional arguments, its gradients, and equality with what it replaced."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from athelas.models.pytorch.pooling import compute_FM_parallel

ORIGINALS = Path(__file__).parent / "../../component_index/originals"


def kept(digest):
    """A kept original as a module of its own."""
    path = ORIGINALS / f"{digest}.py.txt"
    module = sys.modules[f"kept_{digest}"] = ModuleType(f"kept_{digest}")
    exec(compile(path.read_text(encoding="utf-8"), path, "exec", dont_inherit=True), module.__dict__)
    return module


kept_basic_blocks = kept("b4cf379640d5a5d71acc")


class KeptBasicBlocks:
    """`src/athelas/models/temporal_self_attention_legacy/scripts/basic_blocks.py::compute_FM_parallel`."""

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        return kept_basic_blocks.compute_FM_parallel, compute_FM_parallel

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 24
        torch.manual_seed(1)
        return {
            "feature_embedding": torch.randn(B, L, D),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, D = 3, 24
        return [(B, D)]

    @staticmethod
    def arguments(feature_embedding):
        """What the component takes for the original's arguments."""
        return {
            "feature_embedding": feature_embedding,
        }


COPIES = [KeptBasicBlocks]


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
        (KeptBasicBlocks, ("feature_embedding",)),
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
