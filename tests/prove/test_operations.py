"""Arguments of operations, and whose order is no difference."""

import pytest
import torch

from refactor_tools.prove.operations import arguments_of, commutes, constant, counted_axes, draws, permutation

REAL, COMPLEX = torch.zeros(2), torch.zeros(2, dtype=torch.complex64)


def test_defaults_are_filled_in() -> None:
    add = torch.ops.aten.add.Tensor
    assert dict(arguments_of(add, (1, 2), {})) == {"self": 1, "other": 2, "alpha": 1}
    assert dict(arguments_of(add, (1,), {"other": 2, "alpha": 3})) == {"self": 1, "other": 2, "alpha": 3}


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("aten.add.Tensor", [REAL, REAL, 1], True),
        ("aten.add.Tensor", [REAL, REAL, 2], False),
        ("aten.add.Tensor", [COMPLEX, COMPLEX, 1], True),
        ("aten.mul.Tensor", [REAL, 2], True),
        ("aten.mul.Tensor", [COMPLEX, REAL], False),
        ("aten.sub.Tensor", [REAL, REAL, 1], False),
        ("aten.maximum.default", [REAL, REAL], False),
    ],
)
def test_commuting_operations(name: str, values: list[object], expected: bool) -> None:
    assert commutes(name, values) is expected


@pytest.mark.parametrize(
    ("name", "arguments", "rank", "dim"),
    [
        ("aten.sum.dim_IntList", {"dim": [-1, 0]}, 3, [2, 0]),
        ("aten.sum.dim_IntList", {"dim": []}, 3, []),
        ("aten.sum.dim_IntList", {"dim": None}, 3, None),
        ("aten._softmax.default", {"dim": -1}, 0, -1),
        ("aten.unsqueeze.default", {"dim": -1}, 2, 2),
        ("aten.unsqueeze.default", {"dim": -1}, 0, 0),
        ("aten.select.int", {"dim": -1, "index": -1}, 2, 1),
        ("aten.select.int", {"dim": 1, "index": -1}, 2, 1),
        ("aten.norm.ScalarOpt_dim", {"dim": [-1]}, 2, [-1]),
    ],
)
def test_axes_are_counted_from_the_front(name: str, arguments: dict[str, object], rank: int, dim: object) -> None:
    counted = counted_axes(name, arguments, rank)
    assert counted == {**arguments, "dim": dim}


def test_drawing_operations() -> None:
    assert draws(torch.ops.aten.native_dropout.default)
    assert not draws(torch.ops.aten.relu.default)


def test_constants_have_a_type_and_devices_no_number() -> None:
    assert constant(1) != constant(1.0) != constant(True)
    assert constant(torch.device("cuda:1")) == constant(torch.device("cuda:0"))


@pytest.mark.parametrize(
    ("name", "axes", "rank", "order"),
    [
        ("aten.transpose.int", (-2, -1), 3, (0, 2, 1)),
        ("aten.transpose.int", (1, 1), 3, (0, 1, 2)),
        ("aten.transpose.int", (0, 0), 0, ()),
        ("aten.permute.default", ([2, 0, -2],), 3, (2, 0, 1)),
        ("aten.permute.default", ([],), 0, ()),
        ("aten.t.default", (), 2, (1, 0)),
        ("aten.t.default", (), 1, (0,)),
        ("aten.t.default", (), 0, ()),
    ],
)
def test_orders_of_axes(name: str, axes: tuple[object, ...], rank: int, order: tuple[int, ...]) -> None:
    assert permutation(name, axes, rank) == order
