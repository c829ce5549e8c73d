"""LSTMEncoder: its optional arguments, its gradients, and equality with what it replaced."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from athelas.models.pytorch.blocks import LSTMEncoder

ORIGINALS = Path(__file__).parent / "../../component_index/originals"


def kept(digest):
    """A kept original as a module of its own."""
    path = ORIGINALS / f"{digest}.py.txt"
    module = sys.modules[f"kept_{digest}"] = ModuleType(f"kept_{digest}")
    exec(compile(path.read_text(encoding="utf-8"), path, "exec", dont_inherit=True), module.__dict__)
    return module


class Config(dict):
    """A config or a batch as legacy code reads it: `config.x` and `config["x"]`."""

    def __init__(self, **values):
        super().__init__(values)
        self.__dict__ = self


def lengths(high, shape):
    """Whole numbers from 1 to `high`, which the first is."""
    drawn = torch.randint(1, high + 1, shape)
    drawn.view(-1)[:1] = high
    return drawn


kept_lstm2risk = kept("7818183f36649fc3ab0b")


class KeptLstm2risk:
    """`src/athelas/models/names3risk_legacy/lstm2risk.py::TextProjection`."""

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        config = Config(vocab_size=44, embedding_size=24, dropout=0.25, hidden_size=40, n_layers=2)
        torch.manual_seed(0)
        original = kept_lstm2risk.TextProjection(config=config)
        torch.manual_seed(0)
        return original, LSTMEncoder(
            vocab_size=config.vocab_size,
            embedding_size=config.embedding_size,
            hidden_size=config.hidden_size,
            n_layers=config.n_layers,
            dropout=config.dropout,
        )

    @staticmethod
    def inputs():
        """What the original is called with."""
        L, B, V = 5, 3, 44
        torch.manual_seed(1)
        return {
            "tokens": torch.randint(V, (L, B)),
            "lengths": lengths(L, (B,)),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B = 3
        return [(B, 40)]

    @staticmethod
    def arguments(tokens, lengths):
        """What the component takes for the original's arguments."""
        return {
            "tokens": tokens,
            "lengths": lengths,
        }


COPIES = [KeptLstm2risk]


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
        (KeptLstm2risk, ("tokens", "lengths")),
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


def legacy_state(state, copy):
    """`state` under the original's keys."""
    return dict(state)


def assert_same(actual, expected):
    """The same tensors, bit by bit and of one type, under the same names in the same order."""
    assert list(actual) == list(expected)
    assert [tensor.dtype for tensor in actual.values()] == [tensor.dtype for tensor in expected.values()]
    different = [name for name in expected if not torch.equal(actual[name], expected[name])]
    assert not different
