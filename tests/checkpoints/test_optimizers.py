"""Optimizer state after a change of names and of order, held against a model that was trained on."""

import copy
from typing import Any

import pytest
import torch
from torch import nn

from refactor_tools.checkpoints.optimizers import (
    UnknownOrder,
    is_optimizer,
    parameter_names,
    reordered,
    with_names,
)


class Forward(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Linear(3, 4), nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.c(self.b(self.a(x)))  # type: ignore[no-any-return]  # a call of a module is Any


class Backward(Forward):
    """The same members in another order."""

    def __init__(self) -> None:
        nn.Module.__init__(self)
        self.c, self.b, self.a = nn.Linear(4, 2), nn.Linear(4, 4), nn.Linear(3, 4)


def trained(model: nn.Module, optimizer: torch.optim.Optimizer, steps: int) -> None:
    for step in range(steps):
        optimizer.zero_grad()
        x = torch.randn(5, 3, generator=torch.Generator().manual_seed(step))
        model(x).square().sum().backward()
        optimizer.step()


def groups(model: Forward) -> list[dict[str, Any]]:
    return [
        {"params": [*model.a.parameters(), *model.c.parameters()]},
        {"params": list(model.b.parameters()), "lr": 0.1},
    ]


def shapes(model: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in model.named_parameters()}


def order(model: nn.Module) -> list[str]:
    return [name for name, _ in model.named_parameters()]


def test_training_goes_on_as_if_nothing_had_moved() -> None:
    old, new = Forward(), Backward()
    before = torch.optim.Adam(old.parameters())
    trained(old, before, 3)
    new.load_state_dict(old.state_dict())
    state = reordered(before.state_dict(), parameter_names(before.state_dict(), shapes(old)), order(new))
    after = torch.optim.Adam(new.parameters())
    after.load_state_dict(copy.deepcopy(state))
    trained(old, before, 3)
    trained(new, after, 3)
    theirs = new.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in old.state_dict().items())


def test_groups_with_names_are_followed_each_on_its_own() -> None:
    model = Forward()
    named = [
        {"params": [(f"a.{name}", value) for name, value in model.a.named_parameters()]},
        {"params": [(f"b.{name}", value) for name, value in model.b.named_parameters()]},
    ]
    optimizer = torch.optim.Adam(named)  # type: ignore[arg-type]  # names and parameters, which torch takes
    trained(model, optimizer, 1)
    document = optimizer.state_dict()
    names = parameter_names(document, shapes(model))
    result = reordered(document, names, ["b.bias", "a.bias", "a.weight", "b.weight"])
    assert [group["param_names"] for group in result["param_groups"]] == [
        ["a.bias", "a.weight"],
        ["b.bias", "b.weight"],
    ]
    assert result["state"][0] is document["state"][1]


def test_names_follow_the_parameters() -> None:
    document = {"state": {}, "param_groups": [{"params": [0], "param_names": ["old.weight"]}]}
    assert with_names(document, {"old.weight": "new.weight"})["param_groups"][0]["param_names"] == ["new.weight"]


def test_an_optimizer_without_state_is_one() -> None:
    assert is_optimizer(torch.optim.SGD(Forward().parameters(), 0.1).state_dict())
    assert not is_optimizer({"state": {}, "other": []})


def test_what_cannot_be_known_is_not_guessed() -> None:
    model = Forward()
    optimizer = torch.optim.Adam(groups(model))
    trained(model, optimizer, 1)
    with pytest.raises(UnknownOrder, match="several parameter groups"):
        parameter_names(optimizer.state_dict(), shapes(model))
    single = torch.optim.Adam(model.parameters())
    trained(model, single, 1)
    with pytest.raises(UnknownOrder, match="has 6 parameters, the state dict 5"):
        parameter_names(single.state_dict(), dict(list(shapes(model).items())[:5]))
    turned = dict(reversed(shapes(model).items()))
    with pytest.raises(UnknownOrder, match="another shape"):
        parameter_names(single.state_dict(), turned)
    with pytest.raises(UnknownOrder, match=r"lacks c\.bias"):
        reordered(single.state_dict(), parameter_names(single.state_dict(), shapes(model)), order(model)[:5])
