"""MLPBlock: its optional arguments, its gradients, and equality with what it replaced."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from athelas.models.pytorch.feedforward import MLPBlock

ORIGINALS = Path(__file__).parent / "../../component_index/originals"


def kept(digest):
    """A kept original as a module of its own."""
    path = ORIGINALS / f"{digest}.py.txt"
    module = sys.modules[f"kept_{digest}"] = ModuleType(f"kept_{digest}")
    exec(compile(path.read_text(encoding="utf-8"), path, "exec", dont_inherit=True), module.__dict__)
    return module


kept_pl_bimodal_cross_attn = kept("01f265a69490f4238f3e")
kept_pl_tab_ae = kept("5cc263a99778b2a12adc")
kept_pl_trimodal_cross_attn = kept("9d95f34c3550e6c9b586")
kept_transformer2risk = kept("d043237be7767f62509a")
kept_models = kept("ab6a3cf23968c3aaa73e")


class KeptPlBimodalCrossAttn:
    """`src/athelas/models/lightning/bimodal/pl_bimodal_cross_attn.py::FeedForward`."""

    renamed = ()

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        d_model = 24
        d_ff = 40
        p = 0.1
        torch.manual_seed(0)
        original = kept_pl_bimodal_cross_attn.FeedForward(d_model=d_model, d_ff=d_ff)
        torch.manual_seed(0)
        return original, MLPBlock(
            d_model=d_model,
            hidden_dim=d_ff,
            dropout=p,
            norm_first=False,
            activation=kept_pl_bimodal_cross_attn.nn.ReLU,
        )

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 24
        torch.manual_seed(1)
        return {
            "features": torch.randn(B, L, D),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, L, D = 3, 5, 24
        return [(B, L, D)]

    @staticmethod
    def arguments(features):
        """What the component takes for the original's arguments."""
        return {
            "x": features,
        }


class KeptPlTabAe:
    """`src/athelas/models/lightning/tabular/pl_tab_ae.py::FeedForward`."""

    renamed = (("mlp", "ff"),)

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        dim = 24
        hidden_dim = 40
        dropout = 0.25
        torch.manual_seed(0)
        original = kept_pl_tab_ae.FeedForward(dim=dim, hidden_dim=hidden_dim, dropout=dropout)
        torch.manual_seed(0)
        return original, MLPBlock(hidden_dim=hidden_dim, dropout=dropout, d_model=dim, norm_first=False)

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


class KeptPlTrimodalCrossAttn:
    """`src/athelas/models/lightning/trimodal/pl_trimodal_cross_attn.py::FeedForward`."""

    renamed = (("mlp", "seq"),)

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        embed = 24
        dropout = 0.25
        mult = 4
        torch.manual_seed(0)
        original = kept_pl_trimodal_cross_attn.FeedForward(embed=embed, dropout=dropout)
        torch.manual_seed(0)
        return original, MLPBlock(dropout=dropout, d_model=embed, hidden_dim=mult * embed)

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 24
        torch.manual_seed(1)
        return {
            "t": torch.randn(B, L, D),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, L, D = 3, 5, 24
        return [(B, L, D)]

    @staticmethod
    def arguments(t):
        """What the component takes for the original's arguments."""
        return {
            "x": t,
        }


class KeptTransformer2risk:
    """`src/athelas/models/names3risk_legacy/transformer2risk.py::FeedForward`."""

    renamed = (("mlp", "net"),)

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        n_embd = 24
        dropout = 0.25
        torch.manual_seed(0)
        original = kept_transformer2risk.FeedForward(n_embd=n_embd, dropout=dropout)
        torch.manual_seed(0)
        return original, MLPBlock(
            dropout=dropout,
            d_model=n_embd,
            hidden_dim=4 * n_embd,
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


class KeptModels:
    """`src/athelas/models/temporal_self_attention_legacy/scripts/models.py::MLPBlock`."""

    renamed = ()

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        d_model = 24
        mult = 2
        p = 0.1
        torch.manual_seed(0)
        original = kept_models.MLPBlock(d_model=d_model)
        torch.manual_seed(0)
        return original, MLPBlock(
            d_model=d_model,
            hidden_dim=mult * d_model,
            dropout=p,
            activation=kept_models.nn.SiLU,
        )

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 24
        torch.manual_seed(1)
        return {
            "h": torch.randn(B, L, D),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, L, D = 3, 5, 24
        return [(B, L, D)]

    @staticmethod
    def arguments(h):
        """What the component takes for the original's arguments."""
        return {
            "x": h,
        }


COPIES = [KeptPlBimodalCrossAttn, KeptPlTabAe, KeptPlTrimodalCrossAttn, KeptTransformer2risk, KeptModels]


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
        (KeptPlBimodalCrossAttn, ("features",)),
        (KeptPlTabAe, ("x",)),
        (KeptPlTrimodalCrossAttn, ("t",)),
        (KeptTransformer2risk, ("x",)),
        (KeptModels, ("h",)),
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
