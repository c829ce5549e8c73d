"""Top2Gating: its optional arguments, its gradients, and equality with what it replaced."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from athelas.models.pytorch.routing import Top2Gating

ORIGINALS = Path(__file__).parent / "../../component_index/originals"
OPTIONAL = ("importance",)


def kept(digest):
    """A kept original as a module of its own."""
    path = ORIGINALS / f"{digest}.py.txt"
    module = sys.modules[f"kept_{digest}"] = ModuleType(f"kept_{digest}")
    exec(compile(path.read_text(encoding="utf-8"), path, "exec", dont_inherit=True), module.__dict__)
    return module


kept_pl_bimodal_moe = kept("aaf77ce7baa36f697fa1")
kept_mixture_of_experts = kept("53bfcae1fb9dbd1fed56")


class KeptPlBimodalMoe:
    """`src/athelas/models/lightning/bimodal/pl_bimodal_moe.py::Top2Gating`."""

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        dim = 24
        num_gates = 40
        outer_dims = ()
        eps = 1e-9
        second_policy_train = "random"
        second_policy_eval = "threshold"
        second_threshold_train = 0.2
        second_threshold_eval = 0.2
        capacity_factor_train = 1.5
        capacity_factor_eval = 2.0
        torch.manual_seed(0)
        original = kept_pl_bimodal_moe.Top2Gating(dim=dim, num_gates=num_gates)
        torch.manual_seed(0)
        return original, Top2Gating(
            num_gates=num_gates,
            dim=dim,
            eps=eps,
            outer_dims=outer_dims,
            second_policy_train=second_policy_train,
            second_policy_eval=second_policy_eval,
            second_threshold_train=second_threshold_train,
            second_threshold_eval=second_threshold_eval,
            capacity_factor_train=capacity_factor_train,
            capacity_factor_eval=capacity_factor_eval,
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
    def arguments(x):
        """What the component takes for the original's arguments."""
        return {
            "x": x,
        }


class KeptPlBimodalMoeCase2:
    """`src/athelas/models/lightning/bimodal/pl_bimodal_moe.py::Top2Gating`, the third of its constructions."""

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        dim = 24
        num_gates = 40
        second_policy_train = "all"
        outer_dims = ()
        eps = 1e-9
        second_policy_eval = "threshold"
        second_threshold_train = 0.2
        second_threshold_eval = 0.2
        capacity_factor_train = 1.5
        capacity_factor_eval = 2.0
        torch.manual_seed(0)
        original = kept_pl_bimodal_moe.Top2Gating(
            dim=dim,
            num_gates=num_gates,
            second_policy_train=second_policy_train,
        )
        torch.manual_seed(0)
        return original, Top2Gating(
            num_gates=num_gates,
            dim=dim,
            eps=eps,
            outer_dims=outer_dims,
            second_policy_train=second_policy_train,
            second_policy_eval=second_policy_eval,
            second_threshold_train=second_threshold_train,
            second_threshold_eval=second_threshold_eval,
            capacity_factor_train=capacity_factor_train,
            capacity_factor_eval=capacity_factor_eval,
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
    def arguments(x):
        """What the component takes for the original's arguments."""
        return {
            "x": x,
        }


class KeptMixtureOfExperts:
    """`src/athelas/models/temporal_self_attention_legacy/scripts/mixture_of_experts.py::Top2Gating`."""

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        dim = 24
        num_gates = 40
        outer_dims = ()
        eps = 1e-6
        second_policy_train = "random"
        second_policy_eval = "random"
        second_threshold_train = 0.2
        second_threshold_eval = 0.2
        capacity_factor_train = 1.25
        capacity_factor_eval = 2.0
        torch.manual_seed(0)
        original = kept_mixture_of_experts.Top2Gating(dim=dim, num_gates=num_gates)
        torch.manual_seed(0)
        return original, Top2Gating(
            num_gates=num_gates,
            dim=dim,
            eps=eps,
            outer_dims=outer_dims,
            second_policy_train=second_policy_train,
            second_policy_eval=second_policy_eval,
            second_threshold_train=second_threshold_train,
            second_threshold_eval=second_threshold_eval,
            capacity_factor_train=capacity_factor_train,
            capacity_factor_eval=capacity_factor_eval,
        )

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 24
        torch.manual_seed(1)
        return {
            "x": torch.randn(B, 2, L, D),
            "importance": torch.randn(()),
        }

    @staticmethod
    def arguments(x, importance=None):
        """What the component takes for the original's arguments."""
        return {
            "x": x,
            "importance": importance,
        }


class KeptMixtureOfExpertsCase2:
    """`src/athelas/models/temporal_self_attention_legacy/scripts/mixture_of_experts.py::Top2Gating`, the third of its constructions."""

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        dim = 24
        num_gates = 40
        second_policy_train = "all"
        outer_dims = ()
        eps = 1e-6
        second_policy_eval = "random"
        second_threshold_train = 0.2
        second_threshold_eval = 0.2
        capacity_factor_train = 1.25
        capacity_factor_eval = 2.0
        torch.manual_seed(0)
        original = kept_mixture_of_experts.Top2Gating(
            dim=dim,
            num_gates=num_gates,
            second_policy_train=second_policy_train,
        )
        torch.manual_seed(0)
        return original, Top2Gating(
            num_gates=num_gates,
            dim=dim,
            eps=eps,
            outer_dims=outer_dims,
            second_policy_train=second_policy_train,
            second_policy_eval=second_policy_eval,
            second_threshold_train=second_threshold_train,
            second_threshold_eval=second_threshold_eval,
            capacity_factor_train=capacity_factor_train,
            capacity_factor_eval=capacity_factor_eval,
        )

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, L, D = 3, 5, 24
        torch.manual_seed(1)
        return {
            "x": torch.randn(B, 2, L, D),
        }

    @staticmethod
    def arguments(x, importance=None):
        """What the component takes for the original's arguments."""
        return {
            "x": x,
            "importance": importance,
        }


COPIES = [KeptPlBimodalMoe, KeptPlBimodalMoeCase2, KeptMixtureOfExperts, KeptMixtureOfExpertsCase2]


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
        (KeptPlBimodalMoe, ()),
        (KeptPlBimodalMoeCase2, ()),
        (KeptMixtureOfExperts, ()),
        (KeptMixtureOfExperts, ("importance",)),
        (KeptMixtureOfExpertsCase2, ()),
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
        (KeptPlBimodalMoe, ("x",)),
        (KeptPlBimodalMoeCase2, ("x",)),
        (KeptMixtureOfExperts, ("x",)),
        (KeptMixtureOfExperts, ("x", "importance")),
        (KeptMixtureOfExpertsCase2, ("x",)),
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
