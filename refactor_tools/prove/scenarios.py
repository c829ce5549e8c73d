"""The runs that a case asks for: its calls, and the edges that are tried whether it names them or not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import torch
from torch import Tensor

from refactor_tools.certificates.case_values import specs_in, symbols_in
from refactor_tools.model.proofs import HOME, Call, Case, CaseValue, Construction, Named, Platform, TensorSpec
from refactor_tools.prove.adapting import Arguments
from refactor_tools.prove.assignments import Assignment
from refactor_tools.prove.leaves import map_arguments, tensors
from refactor_tools.prove.platforms import move_arguments, to_platform
from refactor_tools.prove.states import stream
from refactor_tools.prove.values import Maker


@dataclass(frozen=True, slots=True)
class Scenario:
    """One call: arguments by legacy name, made; `edge` where the case does not ask for it."""

    label: str
    arguments: Arguments
    edge: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """One set of constructor arguments, made, and the calls under it, all from `seed`, with inputs on a platform."""

    label: str
    arguments: Arguments
    scenarios: tuple[Scenario, ...]
    platform: Platform = HOME
    seed: int = 0


_NO_NAMES: Mapping[str, object] = MappingProxyType({})


def settings_for(assignment: Assignment, names: Mapping[str, object]) -> tuple[Setting, ...]:
    """`settings_of` the assignment's case, on its platform and from its seed."""
    case = assignment.original.case or Case()
    return settings_of(case, names, assignment.task.platform, assignment.seed)


def settings_of(
    case: Case, names: Mapping[str, object] = _NO_NAMES, platform: Platform = HOME, seed: int = 0
) -> tuple[Setting, ...]:
    """Every construction of `case` with its calls, then the edges of its richest call.

    `names` are those of the original's module, which the case may name. What is drawn is drawn on the CPU in the case's
    dtype, so that all platforms see the same numbers, rounded.
    """
    made = (_setting(index, construction, names, seed) for index, construction in enumerate(case.constructions))
    return tuple(setting if platform == HOME else _placed(setting, platform) for setting in made)


def _placed(setting: Setting, platform: Platform) -> Setting:
    def move(scenario: Scenario) -> Scenario:
        placed = move_arguments(lambda tensor: to_platform(tensor, platform), scenario.arguments)
        return replace(scenario, arguments=placed)

    return replace(setting, scenarios=tuple(map(move, setting.scenarios)), platform=platform)


def _setting(index: int, construction: Construction, names: Mapping[str, object], seed: int) -> Setting:
    generator = torch.Generator()
    generator.manual_seed(stream(seed, index))
    maker = Maker(construction.dims, generator, names)
    arguments = maker.arguments(construction.arguments)
    calls = [
        Scenario(call.note or f"call {number}", maker.arguments(call.arguments))
        for number, call in enumerate(construction.calls)
    ]
    edges = _edges(construction, maker) if construction.calls else ()
    return Setting(f"construction {index}", arguments, (*calls, *edges), seed=seed)


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
    if any(map(_is_float, made.values())):
        # What hides NaN, or makes it of infinity, shows on no other input.
        yield Scenario("not finite", map_arguments(_not_finite, made), edge=True)
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


def _is_float(value: object) -> bool:
    return any(tensor.is_floating_point() and tensor.numel() > 0 for _, tensor in tensors(value))


def _not_finite(tensor: Tensor) -> Tensor:
    """NaN in the first place and infinity in the last, so that rows between them stay what they are."""
    if not tensor.is_floating_point() or tensor.numel() == 0:
        return tensor
    changed = tensor.flatten().clone()
    changed[-1], changed[0] = float("inf"), float("nan")
    return changed.view(tensor.shape)


def without_edges(setting: Setting) -> Setting:
    return replace(setting, scenarios=tuple(scenario for scenario in setting.scenarios if not scenario.edge))
