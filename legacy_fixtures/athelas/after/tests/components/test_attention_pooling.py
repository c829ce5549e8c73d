"""AttentionPooling: its optional arguments, its gradients, and equality with what it replaced."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from athelas.models.pytorch.pooling import AttentionPooling

ORIGINALS = Path(__file__).parent / "../../component_index/originals"
OPTIONAL = ("token_mask", "lengths")


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


def mask(*shape):
    """Random booleans with a True in every row."""
    chosen = torch.rand(shape) < 0.7
    chosen[..., :1] = True
    return chosen


def lengths(high, shape):
    """Whole numbers from 1 to `high`, which the first is."""
    drawn = torch.randint(1, high + 1, shape)
    drawn.view(-1)[:1] = high
    return drawn


kept_pl_tab_ae = kept("39de626540dee3a49755")
kept_pl_lstm = kept("46f14f6f88820210f212")
kept_pl_trimodal_bert = kept("9cfc1db3fc5b7487ecab")
kept_lstm2risk = kept("ea8adc6712b385738713")
kept_transformer2risk = kept("4253a6c92213a975a3ad")


class KeptPlTabAe:
    """`src/athelas/models/lightning/tabular/pl_tab_ae.py::AttentionPooling`."""

    renamed = (("attention", "score"),)

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        dim = 24
        dropout = 0.25
        torch.manual_seed(0)
        original = kept_pl_tab_ae.AttentionPooling(dim=dim, dropout=dropout)
        torch.manual_seed(0)
        return original, AttentionPooling(input_dim=dim, dropout=dropout)

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 24
        torch.manual_seed(1)
        return {
            "x": torch.randn(B, L, D),
            "mask": mask(B, L),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, D = 3, 24
        return [(B, D)]

    @staticmethod
    def arguments(x, mask=None):
        """What the component takes for the original's arguments."""
        return {
            "x": x,
            "token_mask": mask,
        }


class KeptPlLstm:
    """`src/athelas/models/lightning/text/pl_lstm.py::AttentionPooling`."""

    renamed = (("attention", "attn"),)

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        hidden_dim = 24
        torch.manual_seed(0)
        original = kept_pl_lstm.AttentionPooling(hidden_dim=hidden_dim)
        torch.manual_seed(0)
        return original, AttentionPooling(input_dim=hidden_dim)

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 24
        torch.manual_seed(1)
        return {
            "outputs": torch.randn(B, L, D),
            "token_mask": mask(B, L),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, D = 3, 24
        return [(B, D)]

    @staticmethod
    def arguments(outputs, token_mask=None):
        """What the component takes for the original's arguments."""
        return {
            "x": outputs,
            "token_mask": token_mask,
        }


class KeptPlTrimodalBert:
    """`src/athelas/models/lightning/trimodal/pl_trimodal_bert.py::AttentionPooling`."""

    renamed = (("attention", "scorer"), ("dropout", "drop"))

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        size = 24
        p_drop = 0.25
        torch.manual_seed(0)
        original = kept_pl_trimodal_bert.AttentionPooling(size=size, p_drop=p_drop)
        torch.manual_seed(0)
        return original, AttentionPooling(input_dim=size, dropout=p_drop)

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 24
        torch.manual_seed(1)
        return {
            "tokens": torch.randn(B, L, D),
            "token_mask": mask(B, L),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, D = 3, 24
        return [(B, D)]

    @staticmethod
    def arguments(tokens, token_mask=None):
        """What the component takes for the original's arguments."""
        return {
            "x": tokens,
            "token_mask": token_mask,
        }


class KeptLstm2risk:
    """`src/athelas/models/names3risk_legacy/lstm2risk.py::AttentionPooling`."""

    renamed = ()

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        config = Config(hidden_size=24)
        torch.manual_seed(0)
        original = kept_lstm2risk.AttentionPooling(config=config)
        torch.manual_seed(0)
        return original, AttentionPooling(input_dim=2 * config.hidden_size)

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 48
        torch.manual_seed(1)
        return {
            "sequence": torch.randn(B, L, D),
            "lengths": lengths(L, (B,)),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, D = 3, 48
        return [(B, D)]

    @staticmethod
    def arguments(sequence, lengths):
        """What the component takes for the original's arguments."""
        return {
            "x": sequence,
            "lengths": lengths,
        }


class KeptTransformer2risk:
    """`src/athelas/models/names3risk_legacy/transformer2risk.py::AttentionPooling`."""

    renamed = ()

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        config = Config(embedding_size=24)
        torch.manual_seed(0)
        original = kept_transformer2risk.AttentionPooling(config=config)
        torch.manual_seed(0)
        return original, AttentionPooling(input_dim=config.embedding_size)

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 24
        torch.manual_seed(1)
        return {
            "x": torch.randn(B, L, D),
            "mask": mask(B, L),
        }

    @staticmethod
    def shapes():
        """What comes out."""
        B, D = 3, 24
        return [(B, D)]

    @staticmethod
    def arguments(x, mask=None):
        """What the component takes for the original's arguments."""
        return {
            "x": x,
            "token_mask": mask,
        }


COPIES = [KeptPlTabAe, KeptPlLstm, KeptPlTrimodalBert, KeptLstm2risk, KeptTransformer2risk]


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
        (KeptPlTabAe, ()),
        (KeptPlTabAe, ("token_mask",)),
        (KeptPlLstm, ()),
        (KeptPlLstm, ("token_mask",)),
        (KeptPlTrimodalBert, ()),
        (KeptPlTrimodalBert, ("token_mask",)),
        (KeptLstm2risk, ()),
        (KeptLstm2risk, ("lengths",)),
        (KeptTransformer2risk, ()),
        (KeptTransformer2risk, ("token_mask",)),
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
        (KeptPlTabAe, ("x",)),
        (KeptPlTabAe, ("x", "mask")),
        (KeptPlLstm, ("outputs",)),
        (KeptPlLstm, ("outputs", "token_mask")),
        (KeptPlTrimodalBert, ("tokens",)),
        (KeptPlTrimodalBert, ("tokens", "token_mask")),
        (KeptLstm2risk, ("sequence", "lengths")),
        (KeptTransformer2risk, ("x",)),
        (KeptTransformer2risk, ("x", "mask")),
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
