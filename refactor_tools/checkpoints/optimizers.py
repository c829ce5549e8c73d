"""The state of an optimizer after the parameters' names, or their order, have changed."""

from collections.abc import Mapping, Sequence
from typing import Any


class UnknownOrder(Exception):
    """Which state belongs to which parameter cannot be known; the message says why."""


def is_optimizer(value: object) -> bool:
    """Whether this is what `Optimizer.state_dict()` gives."""
    if not (isinstance(value, dict) and isinstance(value.get("state"), dict)):
        return False
    groups = value.get("param_groups")
    return isinstance(groups, list) and all(isinstance(group, dict) and "params" in group for group in groups)


def with_names(optimizer: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The optimizer with the parameters that it knows by name called as they are now."""
    groups = []
    for group in optimizer["param_groups"]:
        known = group.get("param_names")
        new = {"param_names": [names.get(name, name) for name in known]} if known is not None else {}
        groups.append({**group, **new})
    return {**optimizer, "param_groups": groups}


def parameter_names(optimizer: Mapping[str, Any], shapes: Mapping[str, Sequence[int]]) -> dict[int, str]:
    """The name of each parameter that the optimizer knows by number. `shapes` are the model's parameters in order.

    Raises:
        UnknownOrder: it has several groups without names, or another number or other shapes of parameters.
    """
    groups = optimizer["param_groups"]
    ids = [number for group in groups for number in group["params"]]
    if all(group.get("param_names") is not None for group in groups):
        listed = [name for group in groups for name in group["param_names"]]
    elif len(groups) > 1:
        raise UnknownOrder("it has several parameter groups and does not name their parameters")
    else:
        listed = list(shapes)
    if len(listed) != len(ids):
        raise UnknownOrder(f"it has {len(ids)} parameters, the state dict {len(listed)} that may be parameters")
    names = dict(zip(ids, listed, strict=True))
    for number, name in names.items():
        kept = {tuple(value.shape) for value in optimizer["state"].get(number, {}).values() if _has_size(value)}
        if name in shapes and kept and tuple(shapes[name]) not in kept:
            raise UnknownOrder(f"what it keeps for parameter {number} has another shape than {name}")
    return names


def reordered(optimizer: Mapping[str, Any], names: Mapping[int, str], order: Sequence[str]) -> dict[str, Any]:
    """The optimizer with the parameters of each group in `order`, numbered anew, each with its own state.

    Raises:
        UnknownOrder: `order` lacks a parameter.
    """
    position = {name: at for at, name in enumerate(order)}
    lacking = [name for name in names.values() if name not in position]
    if lacking:
        raise UnknownOrder(f"the order to follow lacks {', '.join(sorted(lacking)[:3])}")
    groups: list[dict[str, Any]] = []
    state: dict[int, Any] = {}
    count = 0
    for group in optimizer["param_groups"]:
        numbers = sorted(group["params"], key=lambda number: position[names[number]])
        new = list(range(count, count + len(numbers)))
        count += len(numbers)
        state |= {
            at: optimizer["state"][old] for at, old in zip(new, numbers, strict=True) if old in optimizer["state"]
        }
        named = {"param_names": [names[old] for old in numbers]} if group.get("param_names") is not None else {}
        groups.append({**group, **named, "params": new})
    return {**optimizer, "state": state, "param_groups": groups}


def _has_size(value: object) -> bool:
    shape = getattr(value, "shape", None)
    return shape is not None and len(shape) > 0
