"""ResidualBlock: its optional arguments, its gradients, and equality with what it replaced."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from athelas.models.pytorch.feedforward import ResidualBlock

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


kept_pl_bimodal_cnn = kept("f292eabf4bbb88597629")
kept_pl_tab_ae = kept("7b01a73b12c7c1133384")
kept_pl_text_cnn = kept("956c9c46af0f39e8d7d0")
kept_lstm2risk = kept("db7ccc4145e6fa970400")
kept_transformer2risk = kept("11d62e35b2e80830dd98")


class KeptPlBimodalCnn:
    """`src/athelas/models/lightning/bimodal/pl_bimodal_cnn.py::ResidualBlock`."""

    renamed = (("block", "body"),)

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        size = 24
        expansion = 2
        p = 0.1
        torch.manual_seed(0)
        original = kept_pl_bimodal_cnn.ResidualBlock(size=size)
        torch.manual_seed(0)
        return original, ResidualBlock(
            dim=size,
            hidden_dim=expansion * size,
            p=p,
            activation=kept_pl_bimodal_cnn.nn.SiLU,
            norm=kept_pl_bimodal_cnn.nn.BatchNorm1d,
        )

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, D = 3, 24
        torch.manual_seed(1)
        return {
            "x": torch.randn(B, D),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, D = 3, 24
        return [(B, D)]

    @staticmethod
    def arguments(x):
        """What the component takes for the original's arguments."""
        return {
            "x": x,
        }


class KeptPlTabAe:
    """`src/athelas/models/lightning/tabular/pl_tab_ae.py::ResidualBlock`."""

    renamed = (("block", "layers"),)

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        dim = 24
        hidden_dim = 40
        dropout = 0.25
        torch.manual_seed(0)
        original = kept_pl_tab_ae.ResidualBlock(dim=dim, hidden_dim=hidden_dim, dropout=dropout)
        torch.manual_seed(0)
        return original, ResidualBlock(dim=dim, hidden_dim=hidden_dim, p=dropout, norm=kept_pl_tab_ae.nn.BatchNorm1d)

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, D = 3, 24
        torch.manual_seed(1)
        return {
            "x": torch.randn(B, D),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, D = 3, 24
        return [(B, D)]

    @staticmethod
    def arguments(x):
        """What the component takes for the original's arguments."""
        return {
            "x": x,
        }


class KeptPlTextCnn:
    """`src/athelas/models/lightning/text/pl_text_cnn.py::ResidualBlock`."""

    renamed = ()

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        width = 24
        p = 0.25
        torch.manual_seed(0)
        original = kept_pl_text_cnn.ResidualBlock(width=width, p=p)
        torch.manual_seed(0)
        return original, ResidualBlock(dim=width, hidden_dim=2 * width, p=p, norm=kept_pl_text_cnn.nn.LayerNorm)

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 24
        torch.manual_seed(1)
        return {
            "hidden": torch.randn(B, L, D),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, L, D = 3, 5, 24
        return [(B, L, D)]

    @staticmethod
    def arguments(hidden):
        """What the component takes for the original's arguments."""
        return {
            "x": hidden,
        }


class KeptLstm2risk:
    """`src/athelas/models/names3risk_legacy/lstm2risk.py::ResidualBlock`."""

    renamed = (("block", "ffwd"),)

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        config = Config(hidden_size=24)
        torch.manual_seed(0)
        original = kept_lstm2risk.ResidualBlock(config=config)
        torch.manual_seed(0)
        return original, ResidualBlock(
            dim=2 * config.hidden_size,
            hidden_dim=4 * (2 * config.hidden_size),
            activation=kept_lstm2risk.nn.ReLU,
            norm=kept_lstm2risk.nn.LayerNorm,
        )

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 48
        torch.manual_seed(1)
        return {
            "x": torch.randn(B, L, D),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, L, D = 3, 5, 48
        return [(B, L, D)]

    @staticmethod
    def arguments(x):
        """What the component takes for the original's arguments."""
        return {
            "x": x,
        }


class KeptTransformer2risk:
    """`src/athelas/models/names3risk_legacy/transformer2risk.py::ResidualBlock`."""

    renamed = (("block", "net"),)

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        config = Config(hidden_size=24, dropout_rate=0.25)
        torch.manual_seed(0)
        original = kept_transformer2risk.ResidualBlock(config=config)
        torch.manual_seed(0)
        return original, ResidualBlock(
            dim=config.hidden_size,
            hidden_dim=config.hidden_size,
            p=config.dropout_rate,
            activation=kept_transformer2risk.nn.ReLU,
        )

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 24
        torch.manual_seed(1)
        return {
            "x": torch.randn(B, L, D),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, L, D = 3, 5, 24
        return [(B, L, D)]

    @staticmethod
    def arguments(x):
        """What the component takes for the original's arguments."""
        return {
            "x": x,
        }


COPIES = [KeptPlBimodalCnn, KeptPlTabAe, KeptPlTextCnn, KeptLstm2risk, KeptTransformer2risk]


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
        (KeptPlBimodalCnn, ("x",)),
        (KeptPlTabAe, ("x",)),
        (KeptPlTextCnn, ("hidden",)),
        (KeptLstm2risk, ("x",)),
        (KeptTransformer2risk, ("x",)),
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
