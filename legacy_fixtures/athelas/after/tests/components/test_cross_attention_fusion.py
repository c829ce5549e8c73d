"""CrossAttentionFusion: its optional arguments, its gradients, and equality with what it replaced."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from athelas.models.pytorch.fusion import CrossAttentionFusion

ORIGINALS = Path(__file__).parent / "../../component_index/originals"
OPTIONAL = ("text_mask",)


def kept(digest):
    """A kept original as a module of its own."""
    path = ORIGINALS / f"{digest}.py.txt"
    module = sys.modules[f"kept_{digest}"] = ModuleType(f"kept_{digest}")
    exec(compile(path.read_text(encoding="utf-8"), path, "exec", dont_inherit=True), module.__dict__)
    return module


def mask(*shape):
    """Random booleans with a True in every row."""
    chosen = torch.rand(shape) < 0.7
    chosen[..., :1] = True
    return chosen


kept_pl_bimodal_cross_attn = kept("09f95d12f0c6d88fe90a")
kept_pl_trimodal_cross_attn = kept("a83a05106a591d5039ab")


class KeptPlBimodalCrossAttn:
    """`src/athelas/models/lightning/bimodal/pl_bimodal_cross_attn.py::CrossAttentionFusion`."""

    renamed = ()

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        text_dim = 24
        tabular_dim = 40
        hidden_dim = 56
        dropout = 0.25
        num_heads = 4
        torch.manual_seed(0)
        original = kept_pl_bimodal_cross_attn.CrossAttentionFusion(
            text_dim=text_dim,
            tabular_dim=tabular_dim,
            hidden_dim=hidden_dim,
            dropout=dropout,
        )
        torch.manual_seed(0)
        return original, CrossAttentionFusion(
            hidden_dim=hidden_dim,
            num_heads=num_heads,
            text_dim=text_dim,
            tabular_dim=tabular_dim,
            dropout=dropout,
        )

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D, F = 3, 5, 24, 40
        torch.manual_seed(1)
        return {
            "text_features": torch.randn(B, L, D),
            "tabular_features": torch.randn(B, F),
            "text_mask": mask(B, L),
        }

    @staticmethod
    def arguments(text_features, tabular_features, text_mask=None):
        """What the component takes for the original's arguments."""
        return {
            "text_features": text_features,
            "tabular_features": tabular_features,
            "text_mask": text_mask,
        }


class KeptPlTrimodalCrossAttn:
    """`src/athelas/models/lightning/trimodal/pl_trimodal_cross_attn.py::CrossAttentionFusion`."""

    renamed = (
        ("out_proj", "proj"),
        ("tab_norm", "ln_tab"),
        ("tab_proj", "q_tab"),
        ("tab_to_text", "tab_attention"),
        ("text_norm", "ln_seq"),
        ("text_proj", "q_seq"),
        ("text_to_tab", "seq_attention"),
    )

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        text_dim = 16
        tabular_dim = 6
        common_dim = 8
        n_heads = 2
        p = 0.1
        torch.manual_seed(0)
        original = kept_pl_trimodal_cross_attn.CrossAttentionFusion(
            text_dim=text_dim,
            tabular_dim=tabular_dim,
            common_dim=common_dim,
            n_heads=n_heads,
        )
        torch.manual_seed(0)
        return original, CrossAttentionFusion(
            text_dim=text_dim,
            tabular_dim=tabular_dim,
            hidden_dim=common_dim,
            num_heads=n_heads,
            dropout=p,
            eps=1e-6,
        )

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D, T = 3, 5, 16, 6
        torch.manual_seed(1)
        return {
            "seq_features": torch.randn(B, L, D),
            "row": torch.randn(B, T),
            "seq_mask": mask(B, L),
        }

    @staticmethod
    def arguments(seq_features, row, seq_mask=None):
        """What the component takes for the original's arguments."""
        return {
            "text_features": seq_features,
            "tabular_features": row,
            "text_mask": seq_mask,
        }


class KeptPlTrimodalCrossAttnCase2:
    """`src/athelas/models/lightning/trimodal/pl_trimodal_cross_attn.py::CrossAttentionFusion`, the second of its constructions."""

    renamed = (
        ("out_proj", "proj"),
        ("tab_norm", "ln_tab"),
        ("tab_proj", "q_tab"),
        ("tab_to_text", "tab_attention"),
        ("text_norm", "ln_seq"),
        ("text_proj", "q_seq"),
        ("text_to_tab", "seq_attention"),
    )

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        text_dim = 8
        tabular_dim = 4
        common_dim = 12
        n_heads = 3
        p = 0.0
        torch.manual_seed(0)
        original = kept_pl_trimodal_cross_attn.CrossAttentionFusion(
            text_dim=text_dim,
            tabular_dim=tabular_dim,
            common_dim=common_dim,
            n_heads=n_heads,
            p=p,
        )
        torch.manual_seed(0)
        return original, CrossAttentionFusion(
            text_dim=text_dim,
            tabular_dim=tabular_dim,
            hidden_dim=common_dim,
            num_heads=n_heads,
            dropout=p,
            eps=1e-6,
        )

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D, T = 3, 5, 8, 4
        torch.manual_seed(1)
        return {
            "seq_features": torch.randn(B, L, D),
            "row": torch.randn(B, T),
            "seq_mask": mask(B, L),
        }

    @staticmethod
    def arguments(seq_features, row, seq_mask=None):
        """What the component takes for the original's arguments."""
        return {
            "text_features": seq_features,
            "tabular_features": row,
            "text_mask": seq_mask,
        }


COPIES = [KeptPlBimodalCrossAttn, KeptPlTrimodalCrossAttn, KeptPlTrimodalCrossAttnCase2]


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


@pytest.mark.parametrize(
    ("copy", "given"),
    [
        (KeptPlBimodalCrossAttn, ()),
        (KeptPlBimodalCrossAttn, ("text_mask",)),
        (KeptPlTrimodalCrossAttn, ()),
        (KeptPlTrimodalCrossAttn, ("text_mask",)),
        (KeptPlTrimodalCrossAttnCase2, ()),
        (KeptPlTrimodalCrossAttnCase2, ("text_mask",)),
    ],
)
def test_optional_arguments_are_given_or_left_out(copy, given):
    _, component = copy.pair()
    arguments = copy.arguments(**copy.inputs())
    chosen = {name: value for name, value in arguments.items() if name not in OPTIONAL or name in given}
    results = tensors(component(**chosen))
    assert results


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
        (KeptPlBimodalCrossAttn, ("text_features", "tabular_features")),
        (KeptPlBimodalCrossAttn, ("text_features", "tabular_features", "text_mask")),
        (KeptPlTrimodalCrossAttn, ("seq_features", "row", "seq_mask")),
        (KeptPlTrimodalCrossAttn, ("seq_features", "row")),
        (KeptPlTrimodalCrossAttnCase2, ("seq_features", "row", "seq_mask")),
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
