"""ASLSingleLabel: its optional arguments, its gradients, and equality with what it replaced."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from athelas.models.pytorch.losses import ASLSingleLabel

ORIGINALS = Path(__file__).parent / "../../component_index/originals"


def kept(digest):
    """A kept original as a module of its own."""
    path = ORIGINALS / f"{digest}.py.txt"
    module = sys.modules[f"kept_{digest}"] = ModuleType(f"kept_{digest}")
    exec(compile(path.read_text(encoding="utf-8"), path, "exec", dont_inherit=True), module.__dict__)
    return module


kept_asl_focal_loss = kept("40cfdda09dfc01bead0a")


class KeptAslFocalLoss:
    """`src/athelas/models/temporal_self_attention_legacy/scripts/asl_focal_loss.py::ASLSingleLabel`."""

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        gamma_pos = 1
        gamma_neg = 4
        eps = 0.1
        reduction = "mean"
        torch.manual_seed(0)
        original = kept_asl_focal_loss.ASLSingleLabel(gamma_pos=gamma_pos, gamma_neg=gamma_neg)
        torch.manual_seed(0)
        return original, ASLSingleLabel(gamma_pos=gamma_pos, gamma_neg=gamma_neg, eps=eps, reduction=reduction)

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, C = 6, 5
        torch.manual_seed(1)
        return {
            "inputs": torch.randn(B, C),
            "target": torch.randint(C, (B,)),
        }

    @staticmethod
    def arguments(inputs, target):
        """What the component takes for the original's arguments."""
        return {
            "inputs": inputs,
            "target": target,
        }


class KeptAslFocalLossCase2:
    """`src/athelas/models/temporal_self_attention_legacy/scripts/asl_focal_loss.py::ASLSingleLabel`, the second of its constructions."""

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        gamma_pos = 2
        gamma_neg = 3
        eps = 0.0
        reduction = "none"
        torch.manual_seed(0)
        original = kept_asl_focal_loss.ASLSingleLabel(
            gamma_pos=gamma_pos,
            gamma_neg=gamma_neg,
            eps=eps,
            reduction=reduction,
        )
        torch.manual_seed(0)
        return original, ASLSingleLabel(gamma_pos=gamma_pos, gamma_neg=gamma_neg, eps=eps, reduction=reduction)

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, C = 6, 5
        torch.manual_seed(1)
        return {
            "inputs": torch.randn(B, C),
            "target": torch.randint(C, (B,)),
        }

    @staticmethod
    def arguments(inputs, target):
        """What the component takes for the original's arguments."""
        return {
            "inputs": inputs,
            "target": target,
        }


class KeptAslFocalLossCase3:
    """`src/athelas/models/temporal_self_attention_legacy/scripts/asl_focal_loss.py::ASLSingleLabel`, the third of its constructions."""

    @staticmethod
    def pair():
        """The original and the component in its place, from one seed."""
        gamma_pos = 0
        gamma_neg = 2
        eps = 0.3
        reduction = "mean"
        torch.manual_seed(0)
        original = kept_asl_focal_loss.ASLSingleLabel(gamma_pos=gamma_pos, gamma_neg=gamma_neg, eps=eps)
        torch.manual_seed(0)
        return original, ASLSingleLabel(gamma_pos=gamma_pos, gamma_neg=gamma_neg, eps=eps, reduction=reduction)

    @staticmethod
    def inputs():
        """What the original is called with."""
        B, C = 6, 5
        torch.manual_seed(1)
        return {
            "inputs": torch.randn(B, C),
            "target": torch.randint(C, (B,)),
        }

    @staticmethod
    def arguments(inputs, target):
        """What the component takes for the original's arguments."""
        return {
            "inputs": inputs,
            "target": target,
        }


COPIES = [KeptAslFocalLoss, KeptAslFocalLossCase2, KeptAslFocalLossCase3]


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
        (KeptAslFocalLoss, ("inputs", "target")),
        (KeptAslFocalLossCase2, ("inputs", "target")),
        (KeptAslFocalLossCase3, ("inputs", "target")),
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
