"""What a run costs, counted by hand and by the gate."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from refactor_tools.model.costs import Cost
from refactor_tools.model.proofs import Check
from refactor_tools.prove.adapting import Arguments
from refactor_tools.prove.costs import compare_costs, measure_cost
from refactor_tools.prove.runs import MODES, Mode, Side
from refactor_tools.prove.scenarios import Scenario

TRAIN, _, INFERENCE = MODES
X = torch.ones(4, 8)
# Bytes of `X`.
SIZE = 4 * 8 * 4


def cost(function: Callable[[Tensor], object], mode: Mode = INFERENCE) -> Cost:
    def call(module: nn.Module | None, arguments: Arguments) -> object:
        (x,) = arguments.values()
        assert isinstance(x, Tensor)
        return function(x)

    return measure_cost(Side(lambda: None, call), Scenario("", {"x": X}), mode)


def linear(mode: Mode) -> Cost:
    torch.manual_seed(0)
    side = Side(lambda: nn.Linear(8, 3), lambda module, arguments: module(**arguments) if module else None)
    return measure_cost(side, Scenario("", {"input": X}), mode)


def test_products_are_counted_forward_and_backward() -> None:
    forward = 2 * 4 * 8 * 3
    assert linear(INFERENCE).flops == forward
    assert linear(TRAIN).flops == 3 * forward


def test_what_a_run_makes_is_counted_and_what_it_was_given_is_not() -> None:
    assert cost(lambda x: x).peak_bytes == 0
    assert cost(lambda x: x + 1) == Cost(0, SIZE, 1)
    assert linear(INFERENCE).peak_bytes == 4 * 3 * 4


def test_what_is_no_longer_held_does_not_add_up() -> None:
    def dropping(x: Tensor) -> Tensor:
        for _ in range(5):
            x = x + 1
        return x

    def keeping(x: Tensor) -> list[Tensor]:
        return [x + 1 for _ in range(5)]

    assert cost(dropping) == Cost(0, 2 * SIZE, 5)
    assert cost(keeping) == Cost(0, 5 * SIZE, 5)


@pytest.mark.parametrize(
    "function", [lambda x: x.view(-1), lambda x: x.t().unsqueeze(0), lambda x: x.add_(1), lambda x: x.detach()]
)
def test_views_and_changes_in_place_hold_no_bytes(function: Callable[[Tensor], Tensor]) -> None:
    assert cost(function).peak_bytes == 0
    assert cost(function).operations >= 1


def test_what_autograd_saves_is_held() -> None:
    held = cost(lambda x: x.exp().exp().exp(), TRAIN).peak_bytes
    assert held > cost(lambda x: x.exp().exp().exp(), INFERENCE).peak_bytes == 2 * SIZE


def test_cycles_are_held_until_the_end_each_time() -> None:
    def cyclic(x: Tensor) -> Tensor:
        for _ in range(3):
            knot: list[object] = [x + 1]
            knot.append(knot)
        return x

    assert {cost(cyclic).peak_bytes for _ in range(3)} == {3 * SIZE}


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_numbers_repeat(mode: Mode) -> None:
    assert len({linear(mode) for _ in range(3)}) == 1


def test_dropout_is_off_where_the_mode_says_so() -> None:
    side = Side(lambda: nn.Dropout(0.5), lambda module, arguments: module(**arguments) if module else None)
    counted = [measure_cost(side, Scenario("", {"input": X}), mode).operations for mode in (TRAIN, INFERENCE)]
    assert counted[0] > counted[1] == 0


def test_what_the_side_raises_comes_through() -> None:
    with pytest.raises(RuntimeError, match="invalid for input of size"):
        cost(lambda x: x.view(7))


@pytest.mark.parametrize(
    ("new", "check"),
    [
        (Cost(10, 100, 5), Check("cost", True)),
        (Cost(9, 99, 50), Check("cost", True)),
        (Cost(11, 100, 5), Check("cost", False, "FLOPs: 11, the original 10")),
        (Cost(9, 1_200, 5), Check("cost", False, "peak bytes: 1,200, the original 100")),
        (Cost(11, 101, 5), Check("cost", False, "FLOPs: 11, the original 10; peak bytes: 101, the original 100")),
    ],
)
def test_no_more_is_what_passes(new: Cost, check: Check) -> None:
    assert compare_costs(Cost(10, 100, 5), new) == check
