"""Runs one side in double precision, also where its code names another: the reference that rounding is measured by."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

from refactor_tools.prove.leaves import map_tensors
from refactor_tools.prove.operations import arguments_of, changed, draws
from refactor_tools.prove.runs import Side
from refactor_tools.prove.scenarios import Scenario

_WIDE = {
    torch.float16: torch.float64,
    torch.bfloat16: torch.float64,
    torch.float32: torch.float64,
    torch.complex64: torch.complex128,
}
_NARROW = {torch.float64: torch.float32, torch.complex128: torch.complex64}


def widened(side: Side) -> Side:
    """`side` with its floating-point parameters and buffers in float64."""

    def make() -> nn.Module | None:
        module = side.make()
        return None if module is None else module.to(torch.float64)

    return replace(side, make=make)


def widened_scenario(scenario: Scenario) -> Scenario:
    """`scenario` with the same numbers in float64."""
    arguments = {name: map_tensors(_widen, value) for name, value in scenario.arguments.items()}
    return replace(scenario, arguments=arguments)


@contextmanager
def in_double() -> Iterator[None]:
    """Within the block every operation computes in double precision; what it draws is what it would draw otherwise."""
    torch.set_default_dtype(torch.float64)
    with _Widening():  # type: ignore[no-untyped-call]
        yield


class _Widening(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch leaves its modes untyped
    """Replaces dtypes in calls. Torch does that in graphs (`cast_dtype_args_to_fp64`); this reaches backward passes.

    A random operation runs in single precision and is widened then: generators give other numbers to other dtypes.
    """

    def __torch_dispatch__(
        self,
        func: OpOverload,
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        named = dict(arguments_of(func, args, kwargs or {}))
        if draws(func):
            return _drawn(func, named)
        return _call(func, _converted(named, _WIDE, {id(tensor): tensor for tensor in changed(func, named)}))


def _drawn(func: OpOverload, named: Mapping[str, object]) -> object:
    """What `func` writes to is written through a narrow copy."""
    targets = list(changed(func, named))
    copies = [_cast(tensor, _NARROW).clone() for tensor in targets]
    torch.set_default_dtype(torch.float32)
    try:
        result = _call(func, _converted(named, _NARROW, dict(zip(map(id, targets), copies, strict=True))))
    finally:
        torch.set_default_dtype(torch.float64)
    for target, copy in zip(targets, copies, strict=True):
        target.copy_(copy)
    return _converted(result, _WIDE, dict(zip(map(id, copies), targets, strict=True)))


def _call(func: OpOverload, named: object) -> object:
    values = named if isinstance(named, dict) else {}
    arguments = func._schema.arguments
    positional = [values[argument.name] for argument in arguments if not argument.kwarg_only]
    return func(*positional, **{argument.name: values[argument.name] for argument in arguments if argument.kwarg_only})


def _converted(value: object, dtypes: Mapping[torch.dtype, torch.dtype], instead: Mapping[int, Tensor]) -> object:
    """`value` with other dtypes, in tensors and by name; for some tensors, by id, others."""
    if isinstance(value, Tensor):
        return instead[id(value)] if id(value) in instead else _cast(value, dtypes)
    if isinstance(value, torch.dtype):
        return dtypes.get(value, value)
    if isinstance(value, dict):
        return {name: _converted(entry, dtypes, instead) for name, entry in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_converted(entry, dtypes, instead) for entry in value)
    return value


def _cast(tensor: Tensor, dtypes: Mapping[torch.dtype, torch.dtype]) -> Tensor:
    return tensor.to(dtypes.get(tensor.dtype, tensor.dtype))


def _widen(tensor: Tensor) -> Tensor:
    return _cast(tensor, _WIDE)
