"""A call as a module from tensors to tensors."""

from collections.abc import Callable, Mapping

import pytest
import torch
from torch import Tensor, nn

from refactor_tools.prove.joint_export import NotExported
from refactor_tools.prove.program import Program

Body = Callable[[nn.Module, Mapping[str, object]], object]


class Holder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(2))
        self.notes = ["none"]
        self.limit = float("nan")


def program(body: Callable[[Holder, Tensor], object]) -> Program:
    def call(module: nn.Module | None, arguments: Mapping[str, object]) -> object:
        x, batch = arguments["x"], arguments["batch"]
        assert isinstance(module, Holder)
        assert isinstance(x, Tensor)
        assert isinstance(batch, dict)
        return body(module, x + batch["y"] * 0 if batch["scale"] == 0 else x)

    return Program(call, Holder(), {"x": torch.ones(2), "batch": {"y": torch.ones(2), "scale": 1}})


def form_of(body: Callable[[Holder, Tensor], object]) -> tuple[object, ...]:
    made = program(body)
    made(*made.inputs)
    return made.form


def test_tensors_of_arguments_are_inputs_and_copies_of_them_outputs() -> None:
    made = program(lambda module, x: x.mul_(3))
    assert len(made.inputs) == 2
    output, x, y = made(*made.inputs)
    assert [tensor.tolist() for tensor in (output, x, y)] == [[3, 3], [3, 3], [1, 1]]
    assert made.inputs[0].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (lambda module, x: x, lambda module, x: x.clone()),
        (lambda module, x: x * 2, lambda module, x: (x * 2,)),
        (lambda module, x: (x * 2, 1), lambda module, x: (x * 2, 1.0)),
        (lambda module, x: x * module.weight, lambda module, x: x * module.weight.detach()),
        (lambda module, x: module.weight, lambda module, x: module.weight * 1),
        (lambda module, x: (y := x * 2, y.view(1, 2)), lambda module, x: (y := x * 2, y.clone().view(1, 2))),
    ],
)
def test_forms_tell_what_values_do_not(left: Body, right: Body) -> None:
    assert form_of(left) == form_of(left) != form_of(right)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (lambda module, x: setattr(module, "kept", x), "sets the attribute kept"),
        (lambda module, x: module.notes.append("one"), "notes"),
        (lambda module, x: module.__dict__.pop("limit"), "limit"),
        (lambda module, x: __import__("random").random(), "Python's random state"),
        (lambda module, x: torch.manual_seed(7), "torch's random state"),
        (lambda module, x: module.eval(), "training"),
    ],
)
def test_what_no_graph_shows_is_refused(body: Body, reason: str) -> None:
    made = program(body)
    with pytest.raises(NotExported, match=reason):
        made(*made.inputs)


def test_attributes_that_stay_are_no_change() -> None:
    form_of(lambda module, x: setattr(module, "limit", float("nan")))
