"""TemporalAttention: its optional arguments, its gradients, and equality with what it replaced."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from athelas.models.pytorch.attention import TemporalAttention

ORIGINALS = Path(__file__).parent / "../../component_index/originals"
OPTIONAL = ("time", "key_padding_mask", "attn_mask")


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


kept_temporal_multihead_attention = kept("fd6aabc13b36671a1a07")


class KeptTemporalMultiheadAttention:
    """`src/athelas/models/temporal_self_attention_legacy/scripts/temporal_multihead_attention.py::TemporalMultiheadAttention`."""

    renamed = (("time_encode.basis_freq", "time_encode.w"), ("time_encode.phase", "time_encode.b"))

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        embed_dim = 24
        num_heads = 2
        dropout = 0.25
        time_dim = 8
        encode_time = False
        torch.manual_seed(0)
        original = kept_temporal_multihead_attention.TemporalMultiheadAttention(
            embed_dim=embed_dim,
            num_heads=num_heads,
            dropout=dropout,
            time_dim=time_dim,
        )
        torch.manual_seed(0)
        return original, TemporalAttention(
            embed_dim=embed_dim,
            num_heads=num_heads,
            dropout=dropout,
            time_dim=time_dim,
            encode_time=encode_time,
        )

    @staticmethod
    def inputs():
        """What the original is called with."""
        L, B, D, T = 5, 3, 24, 8
        torch.manual_seed(1)
        return {
            "x": torch.randn(L, B, D),
            "time": torch.randn(L, B, T),
            "key_padding_mask": mask(B, L),
            "attn_mask": torch.randn(L, L),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        L, B, D = 5, 3, 24
        return [(L, B, D), (B, L, L)]

    @staticmethod
    def arguments(x, time=None, key_padding_mask=None, attn_mask=None):
        """What the component takes for the original's arguments."""
        return {
            "x": x,
            "time": time,
            "key_padding_mask": key_padding_mask,
            "attn_mask": attn_mask,
        }


class KeptTemporalMultiheadAttentionCase2:
    """`src/athelas/models/temporal_self_attention_legacy/scripts/temporal_multihead_attention.py::TemporalMultiheadAttention`, the second of its constructions."""

    renamed = (("time_encode.basis_freq", "time_encode.w"), ("time_encode.phase", "time_encode.b"))

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        embed_dim = 16
        num_heads = 4
        time_dim = 8
        encode_time = True
        dropout = 0.0
        torch.manual_seed(0)
        original = kept_temporal_multihead_attention.TemporalMultiheadAttention(
            embed_dim=embed_dim,
            num_heads=num_heads,
            time_dim=time_dim,
            encode_time=encode_time,
        )
        torch.manual_seed(0)
        return original, TemporalAttention(
            embed_dim=embed_dim,
            num_heads=num_heads,
            dropout=dropout,
            time_dim=time_dim,
            encode_time=encode_time,
        )

    @staticmethod
    def inputs():
        """What the original is called with."""
        L, B, D = 5, 3, 16
        torch.manual_seed(1)
        return {
            "x": torch.randn(L, B, D),
            "time": torch.randn(L, B),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        L, B, D = 5, 3, 16
        return [(L, B, D), (B, L, L)]

    @staticmethod
    def arguments(x, time=None, key_padding_mask=None, attn_mask=None):
        """What the component takes for the original's arguments."""
        return {
            "x": x,
            "time": time,
            "key_padding_mask": key_padding_mask,
            "attn_mask": attn_mask,
        }


class KeptTemporalMultiheadAttentionCase3:
    """`src/athelas/models/temporal_self_attention_legacy/scripts/temporal_multihead_attention.py::TemporalMultiheadAttention`, the third of its constructions."""

    renamed = (("time_encode.basis_freq", "time_encode.w"), ("time_encode.phase", "time_encode.b"))

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        embed_dim = 8
        num_heads = 1
        time_dim = 0
        dropout = 0.0
        encode_time = False
        torch.manual_seed(0)
        original = kept_temporal_multihead_attention.TemporalMultiheadAttention(
            embed_dim=embed_dim,
            num_heads=num_heads,
            time_dim=time_dim,
        )
        torch.manual_seed(0)
        return original, TemporalAttention(
            embed_dim=embed_dim,
            num_heads=num_heads,
            dropout=dropout,
            time_dim=time_dim,
            encode_time=encode_time,
        )

    @staticmethod
    def inputs():
        """What the original is called with."""
        L, B, D = 5, 3, 8
        torch.manual_seed(1)
        return {
            "x": torch.randn(L, B, D),
            "key_padding_mask": mask(B, L),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        L, B, D = 5, 3, 8
        return [(L, B, D), (B, L, L)]

    @staticmethod
    def arguments(x, time=None, key_padding_mask=None, attn_mask=None):
        """What the component takes for the original's arguments."""
        return {
            "x": x,
            "time": time,
            "key_padding_mask": key_padding_mask,
            "attn_mask": attn_mask,
        }


COPIES = [KeptTemporalMultiheadAttention, KeptTemporalMultiheadAttentionCase2, KeptTemporalMultiheadAttentionCase3]


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
        (KeptTemporalMultiheadAttention, ()),
        (KeptTemporalMultiheadAttention, ("time",)),
        (KeptTemporalMultiheadAttention, ("key_padding_mask",)),
        (KeptTemporalMultiheadAttention, ("attn_mask",)),
        (KeptTemporalMultiheadAttention, ("time", "key_padding_mask")),
        (KeptTemporalMultiheadAttention, ("time", "attn_mask")),
        (KeptTemporalMultiheadAttention, ("key_padding_mask", "attn_mask")),
        (KeptTemporalMultiheadAttention, ("time", "key_padding_mask", "attn_mask")),
        (KeptTemporalMultiheadAttentionCase2, ()),
        (KeptTemporalMultiheadAttentionCase2, ("time",)),
        (KeptTemporalMultiheadAttentionCase3, ()),
        (KeptTemporalMultiheadAttentionCase3, ("key_padding_mask",)),
    ],
)
def test_optional_arguments_are_given_or_left_out(copy, given):
    _, component = copy.pair()
    arguments = copy.arguments(**copy.inputs())
    chosen = {name: value for name, value in arguments.items() if name not in OPTIONAL or name in given}
    results = tensors(component(**chosen))
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
        (KeptTemporalMultiheadAttention, ("x", "time", "key_padding_mask", "attn_mask")),
        (KeptTemporalMultiheadAttention, ("x",)),
        (KeptTemporalMultiheadAttention, ("x", "time")),
        (KeptTemporalMultiheadAttentionCase2, ("x", "time")),
        (KeptTemporalMultiheadAttentionCase3, ("x", "key_padding_mask")),
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
