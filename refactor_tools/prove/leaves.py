"""Flattens what modules take and return into named leaves: tensors and plain values."""

import copy
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace

import torch
from torch import Tensor

Leaf = tuple[str, object]


def leaves(value: object, name: str = "") -> Iterator[Leaf]:
    """Every leaf of `value` with its path, such as "[0].hidden" or "['loss']".

    Containers are tuples, named tuples (packed sequences among them), lists, mappings, dataclasses and namespaces; each
    gives a leaf of its own that tells its form, so that `(x,)` differs from `[x]` and from `x`.
    """
    entries = _entries(value)
    if entries is None:
        yield name, value
        return
    yield f"{name}:form", _form(value)
    for suffix, entry in entries:
        yield from leaves(entry, name + suffix)


def tensors(value: object) -> Iterator[tuple[str, Tensor]]:
    """The leaves of `value` that are tensors."""
    for name, leaf in leaves(value):
        if isinstance(leaf, Tensor):
            yield name, leaf


def map_arguments(function: Callable[[Tensor], Tensor], arguments: Mapping[str, object]) -> dict[str, object]:
    """A copy of a call's arguments with every tensor replaced; one object that stands in two places stays one."""
    made: dict[int, Tensor] = {}

    def once(tensor: Tensor) -> Tensor:
        if id(tensor) not in made:
            made[id(tensor)] = function(tensor)
        return made[id(tensor)]

    return {name: map_tensors(once, value) for name, value in arguments.items()}


def map_tensors(function: Callable[[Tensor], Tensor], value: object) -> object:
    """A copy of `value` with every tensor replaced, and the same containers."""
    if isinstance(value, Tensor):
        return function(value)
    if isinstance(value, SimpleNamespace):
        return SimpleNamespace(**{name: map_tensors(function, entry) for name, entry in vars(value).items()})
    if isinstance(value, Mapping):
        mapped = {name: map_tensors(function, entry) for name, entry in value.items()}
        return type(value)(mapped) if isinstance(value, dict) else mapped
    if isinstance(value, tuple | list):
        entries = [map_tensors(function, entry) for entry in value]
        return value._make(entries) if hasattr(value, "_make") else type(value)(entries)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _replaced(function, value)
    return value


def _replaced(function: Callable[[Tensor], Tensor], value: object) -> object:
    """A copy of a dataclass; it may be frozen, and making it anew could do more than to set its fields."""
    replaced = copy.copy(value)
    for name, _ in _entries(value) or ():
        entry = getattr(value, name.removeprefix("."))
        object.__setattr__(replaced, name.removeprefix("."), map_tensors(function, entry))
    return replaced


def same_leaf(left: object, right: object) -> bool:
    """Bit equality of two leaves: NaN equals NaN where it stands in the same place."""
    if isinstance(left, Tensor) and isinstance(right, Tensor):
        return same_bits(left, right)
    if isinstance(left, float) and isinstance(right, float):
        return repr(left) == repr(right)
    if type(left).__name__ != type(right).__name__:
        return False
    # Objects of a class that each side defines for itself cannot be equal; their type is what can be compared.
    return type(left) is not type(right) or bool(left == right) or not _is_plain(left)


def same_bits(left: Tensor, right: Tensor) -> bool:
    """`torch.equal`, with NaN equal to NaN in the same place, and signed zeros, dtypes and shapes told apart."""
    if left.dtype != right.dtype or left.shape != right.shape or left.layout != right.layout:
        return False
    left, right = left.detach().cpu(), right.detach().cpu()
    if left.layout != torch.strided:
        left, right = left.to_dense(), right.to_dense()
    if left.is_complex():
        left, right = torch.view_as_real(left.resolve_conj()), torch.view_as_real(right.resolve_conj())
    if not left.is_floating_point():
        return torch.equal(left, right)
    number = left == right
    if not bool((number | (left.isnan() & right.isnan())).all()):
        return False
    return torch.equal(torch.signbit(left) & number, torch.signbit(right) & number)


def _entries(value: object) -> Iterator[tuple[str, object]] | None:
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return ((f".{field}", getattr(value, field)) for field in value._fields)
    if isinstance(value, tuple | list):
        return ((f"[{index}]", entry) for index, entry in enumerate(value))
    if isinstance(value, Mapping):
        return ((f"[{key!r}]", entry) for key, entry in value.items())
    if isinstance(value, SimpleNamespace):
        return ((f".{key}", entry) for key, entry in vars(value).items())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return ((f".{field.name}", getattr(value, field.name)) for field in dataclasses.fields(value))
    return None


def _form(value: object) -> str:
    if isinstance(value, tuple | list) and not hasattr(value, "_fields"):
        return f"{type(value).__name__} of {len(value)}"
    return type(value).__name__


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, int | str | bytes | complex | torch.Size | torch.dtype | torch.device)
