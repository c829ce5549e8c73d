"""The runs that a case asks for: its calls, and the edges that are tried whether it names them or not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import torch
from torch import Tensor

from refactor_tools.certificates.case_values import specs_in, symbols_in
from refactor_tools.model.proofs import Call, Case, CaseValue, Construction, Named, TensorSpec
from refactor_tools.prove.adapting import Arguments
from refactor_tools.prove.leaves import map_arguments
from refactor_tools.prove.values import Maker


@dataclass(frozen=True, slots=True)
class Scenario:
    """One call: arguments by legacy name, made; `edge` where the case does not ask for it."""

    label: str
    arguments: Arguments
    edge: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """One set of constructor arguments, made, and the calls under it."""

    label: str
    arguments: Arguments
    scenarios: tuple[Scenario, ...]


def settings_of(case: Case, names: Mapping[str, object] = MappingProxyType({})) -> tuple[Setting, ...]:
    """Every construction of `case` with its calls, then the edges of its richest call.

    `names` are those of the original's module, which the case may name.
    """
    return tuple(_setting(index, construction, names) for index, construction in enumerate(case.constructions))


def _setting(index: int, construction: Construction, names: Mapping[str, object]) -> Setting:
    generator = torch.Generator()
    generator.manual_seed(index)
    maker = Maker(construction.dims, generator, names)
    arguments = maker.arguments(construction.arguments)
    calls = [
        Scenario(call.note or f"call {number}", maker.arguments(call.arguments))
        for number, call in enumerate(construction.calls)
    ]
    edges = _edges(construction, maker) if construction.calls else ()
    return Setting(f"construction {index}", arguments, (*calls, *edges))


def _edges(construction: Construction, maker: Maker) -> Iterator[Scenario]:
    call = max(construction.calls, key=lambda entry: len(entry.arguments))
    batch = _batch_symbol(call)
    if batch and not _uses(construction.arguments, batch):
        for size in (1, 0):
            made = _sized(call, replace(maker, dims={**maker.dims, batch: size}))
            if made is not None:
                yield Scenario(f"batch {size}", made, edge=True)
    made = maker.arguments(call.arguments)
    yield Scenario("non-contiguous", map_arguments(_strided, made), edge=True)
    for name, value in call.arguments.items():
        if isinstance(value, TensorSpec) and value.kind == "mask":
            yield Scenario("all masked", {**made, name: torch.zeros_like(_tensor(made[name]))}, edge=True)
            yield Scenario("none masked", {**made, name: torch.ones_like(_tensor(made[name]))}, edge=True)
        if isinstance(value, TensorSpec) and value.kind == "lengths":
            yield Scenario("length 0", {**made, name: torch.zeros_like(_tensor(made[name]))}, edge=True)


def _sized(call: Call, maker: Maker) -> Arguments | None:
    """The call in other sizes; None where an object that it names cannot be made in them."""
    try:
        return maker.arguments(call.arguments)
    except Exception:
        if any(isinstance(value, Named) for value in call.arguments.values()):
            return None
        raise


def _batch_symbol(call: Call) -> str | None:
    """The symbol of the first tensor's first size."""
    for value in call.arguments.values():
        for spec in specs_in(value):
            if spec.shape and isinstance(spec.shape[0], str):
                return spec.shape[0]
    return None


def _uses(values: Mapping[str, CaseValue], symbol: str) -> bool:
    return any(symbol in symbols_in(value) for value in values.values())


def _tensor(value: object) -> Tensor:
    if not isinstance(value, Tensor):
        raise TypeError(f"{type(value).__name__} is no tensor")
    return value


def _strided(tensor: Tensor) -> Tensor:
    """The same values in another order in memory, without gaps, so that a clone keeps the strides."""
    return tensor.transpose(0, -1).contiguous().transpose(0, -1) if tensor.dim() > 1 else tensor


def without_edges(setting: Setting) -> Setting:
    return replace(setting, scenarios=tuple(scenario for scenario in setting.scenarios if not scenario.edge))
