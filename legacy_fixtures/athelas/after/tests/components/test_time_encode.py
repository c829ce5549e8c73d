"""TimeEncode: its optional arguments, its gradients, and equality with what it replaced."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from athelas.models.pytorch.embeddings import TimeEncode

ORIGINALS = Path(__file__).parent / "../../component_index/originals"


def kept(digest):
    """A kept original as a module of its own."""
    path = ORIGINALS / f"{digest}.py.txt"
    module = sys.modules[f"kept_{digest}"] = ModuleType(f"kept_{digest}")
    exec(compile(path.read_text(encoding="utf-8"), path, "exec", dont_inherit=True), module.__dict__)
    return module


kept_basic_blocks = kept("c05b635293c745ffdeed")
kept_temporal_multihead_attention = kept("40adbf96ce05a30d0d61")


class KeptBasicBlocks:
    """`src/athelas/models/temporal_self_attention_legacy/scripts/basic_blocks.py::TimeEncode`."""

    renamed = ()

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        time_dim = 24
        torch.manual_seed(0)
        original = kept_basic_blocks.TimeEncode(time_dim=time_dim)
        torch.manual_seed(0)
        return original, TimeEncode(time_dim=time_dim, frequencies=1.0 / 10 ** torch.linspace(0, 9, time_dim))

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, D = 3, 24
        torch.manual_seed(1)
        return {
            "ts": torch.randn(B, D),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, D = 3, 24
        return [(B, D, D)]

    @staticmethod
    def arguments(ts):
        """What the component takes for the original's arguments."""
        return {
            "ts": ts,
        }


class KeptTemporalMultiheadAttention:
    """`src/athelas/models/temporal_self_attention_legacy/scripts/temporal_multihead_attention.py::TimeEncode`."""

    renamed = (("basis_freq", "w"), ("phase", "b"))

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        expand_dim = 24
        torch.manual_seed(0)
        original = kept_temporal_multihead_attention.TimeEncode(expand_dim=expand_dim)
        torch.manual_seed(0)
        return original, TimeEncode(time_dim=expand_dim, frequencies=1.0 / 10 ** torch.linspace(0, 4, expand_dim))

    @staticmethod
    def inputs():
        """What the original is called with."""
        B = 3
        torch.manual_seed(1)
        return {
            "t": torch.randn(B),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B = 3
        return [(B, 24)]

    @staticmethod
    def arguments(t):
        """What the component takes for the original's arguments."""
        return {
            "ts": t,
        }


COPIES = [KeptBasicBlocks, KeptTemporalMultiheadAttention]


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
    gradients += [gradient(parameter) for parameter in component.parameters()]
    assert any(found.numel() for found in gradients) == any(result.requires_grad for result in results)
    assert all(found.isfinite().all() for found in gradients)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    ("copy", "given"),
    [
        (KeptBasicBlocks, ("ts",)),
        (KeptTemporalMultiheadAttention, ("t",)),
    ],
)
def test_equal_to_the_original(copy, given, training):
    original, component = copy.pair()
    assert_same(legacy_state(component.state_dict(), copy), original.state_dict())
    original.train(training)
    component.train(training)
    inputs = {name: value for name, value in copy.inputs().items() if name in given}
    expected, expected_gradients, expected_noticed = run(lambda inputs: original(**inputs), inputs)
    actual, gradients, noticed = run(lambda inputs: component(**copy.arguments(**inputs)), inputs)
    assert noticed == expected_noticed
    assert_same(dict(enumerate(actual)), dict(enumerate(expected)))
    assert_same(dict(enumerate(gradients)), dict(enumerate(expected_gradients)))
    assert_same(legacy_state(parameter_gradients(component), copy), parameter_gradients(original))
    assert_same(legacy_state(component.state_dict(), copy), original.state_dict())


def parameter_gradients(module):
    return {name: gradient(parameter) for name, parameter in module.named_parameters()}


def legacy_key(key, names):
    """What the original calls a key of the component; `*` in a name is any index."""
    parts = key.split(".")
    best: list[str] = []
    for name in names:
        pattern = name.split(".")
        fits = all(one == part or (one == "*" and part.isdigit()) for one, part in zip(pattern, parts, strict=False))
        if fits and len(best) < len(pattern) <= len(parts):
            best = pattern
    if not best:
        return key
    places = (part for one, part in zip(best, parts, strict=False) if one == "*")
    new = [next(places) if one == "*" else one for one in names[".".join(best)].split(".")]
    return ".".join([*new, *parts[len(best) :]])


def legacy_state(state, copy):
    """`state` under the original's keys."""
    return {legacy_key(key, dict(copy.renamed)): value for key, value in state.items()}


def assert_same(actual, expected):
    """The same tensors, bit by bit and of one type, under the same names in the same order."""
    assert list(actual) == list(expected)
    assert [tensor.dtype for tensor in actual.values()] == [tensor.dtype for tensor in expected.values()]
    different = [name for name in expected if not torch.equal(actual[name], expected[name])]
    assert not different
