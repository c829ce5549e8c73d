"""GateFusion: its optional arguments, its gradients, and equality with what it replaced."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from athelas.models.pytorch.fusion import GateFusion

ORIGINALS = Path(__file__).parent / "../../component_index/originals"


def kept(digest):
    """A kept original as a module of its own."""
    path = ORIGINALS / f"{digest}.py.txt"
    module = sys.modules[f"kept_{digest}"] = ModuleType(f"kept_{digest}")
    exec(compile(path.read_text(encoding="utf-8"), path, "exec", dont_inherit=True), module.__dict__)
    return module


kept_pl_bimodal_gate_fusion = kept("092875390081e92d0e0d")
kept_pl_trimodal_gate_fusion = kept("11d1150b355b0b2db7a9")


class KeptPlBimodalGateFusion:
    """`src/athelas/models/lightning/bimodal/pl_bimodal_gate_fusion.py::GateFusion`."""

    renamed = ()

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        text_dim = 24
        tab_dim = 40
        fusion_dim = 56
        torch.manual_seed(0)
        original = kept_pl_bimodal_gate_fusion.GateFusion(text_dim=text_dim, tab_dim=tab_dim, fusion_dim=fusion_dim)
        torch.manual_seed(0)
        return original, GateFusion(text_dim=text_dim, tab_dim=tab_dim, hidden_dim=fusion_dim)

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D, F = 3, 5, 24, 40
        torch.manual_seed(1)
        return {
            "text_features": torch.randn(B, L, D),
            "tab_features": torch.randn(B, L, F),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, L = 3, 5
        return [(B, L, 56)]

    @staticmethod
    def arguments(text_features, tab_features):
        """What the component takes for the original's arguments."""
        return {
            "text_features": text_features,
            "tab_features": tab_features,
        }


class KeptPlTrimodalGateFusion:
    """`src/athelas/models/lightning/trimodal/pl_trimodal_gate_fusion.py::GateFusion`."""

    renamed = (("gate_net", "gate"), ("norm", "ln"), ("tab_proj", "b"), ("text_proj", "a"))

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        dim_a = 24
        dim_b = 40
        dim_embed = 56
        p = 0.1
        torch.manual_seed(0)
        original = kept_pl_trimodal_gate_fusion.GateFusion(dim_a=dim_a, dim_b=dim_b, dim_embed=dim_embed)
        torch.manual_seed(0)
        return original, GateFusion(
            text_dim=dim_a,
            hidden_dim=dim_embed,
            tab_dim=dim_b,
            eps=1e-6,
            dropout=p,
            activation=kept_pl_trimodal_gate_fusion.nn.GELU,
        )

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D, F = 3, 5, 24, 40
        torch.manual_seed(1)
        return {
            "a": torch.randn(B, L, D),
            "b": torch.randn(B, L, F),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, L = 3, 5
        return [(B, L, 56)]

    @staticmethod
    def arguments(a, b):
        """What the component takes for the original's arguments."""
        return {
            "text_features": a,
            "tab_features": b,
        }


COPIES = [KeptPlBimodalGateFusion, KeptPlTrimodalGateFusion]


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
        (KeptPlBimodalGateFusion, ("text_features", "tab_features")),
        (KeptPlTrimodalGateFusion, ("a", "b")),
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
