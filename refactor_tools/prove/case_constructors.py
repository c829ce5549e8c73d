"""Ways to construct an original: likely ones first, each repaired by what its failure says."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import torch
from torch import nn

from refactor_tools.model.proofs import CaseValue
from refactor_tools.prove.case_facts import SourceFacts
from refactor_tools.prove.case_names import Sizes
from refactor_tools.prove.keras_layers import wrapped
from refactor_tools.prove.values import Attributes, Maker

# Distinct widths first: they show which size goes where. Where parts must agree, one width for all does.
WIDTHS = ((24, 40, 56, 72, 88, 104), (24,), (32, 64, 128, 96))
SECOND = ((48, 32, 80, 64, 96, 112), (40,), (64, 32, 96, 128))
_LARGE = 64
_REPAIRS = 60
VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)

Arguments = dict[str, CaseValue]


@dataclass(frozen=True, slots=True)
class Constructed:
    """A module and the arguments that made it, as the plan with this number gives them."""

    module: nn.Module
    arguments: Arguments
    plan: int


@dataclass(frozen=True, slots=True)
class NotConstructed:
    reason: str


def constructions(
    definition: Callable[..., object], facts: SourceFacts, names: Mapping[str, object] = MappingProxyType({})
) -> Iterator[Constructed | NotConstructed]:
    """Constructions that work, and why others do not: all plans as they are, then each with an argument changed."""
    seen: list[Arguments] = []
    failed: list[tuple[int, Arguments]] = []
    for plan in range(2 * len(WIDTHS)):
        base = arguments_of(definition, facts, plan, dropout=0.25, names=names)
        found = construct(definition, base, facts, plan, names=names)
        if isinstance(found, NotConstructed):
            failed.append((plan, base))
            yield found
        elif found.arguments not in seen:
            seen.append(found.arguments)
            yield found
    for plan, base in failed:
        for changed in (*_alternatives(base), *_completed(definition, base, plan)):
            attempt = construct(definition, changed, facts, plan, names=names)
            if isinstance(attempt, Constructed) and attempt.arguments not in seen:
                seen.append(attempt.arguments)
                yield attempt
                break


def arguments_of(
    definition: Callable[..., object],
    facts: SourceFacts,
    plan: int,
    *,
    dropout: float,
    names: Mapping[str, object] = MappingProxyType({}),
) -> Arguments:
    """Values for what must be given, for sizes whose defaults are large, and for dropout rates.

    `names` are those of the original's module.
    """
    sizes = _sizes(plan, dropout)
    found: Arguments = {}
    for name, parameter in parameters_of(definition).items():
        if parameter.kind in VARIADIC:
            continue
        default = parameter.default
        if default is inspect.Parameter.empty:
            found[name] = {} if _is_config(name) else sizes.value(name, parameter.annotation, facts)
        elif "drop" in name and (isinstance(default, float) or default is None):
            found[name] = dropout
        elif isinstance(default, int) and not isinstance(default, bool) and default > _LARGE:
            found[name] = sizes.size(name, "int")
    return found


def construct(
    definition: Callable[..., object],
    arguments: Arguments,
    facts: SourceFacts,
    plan: int,
    dropout: float = 0.25,
    names: Mapping[str, object] = MappingProxyType({}),
) -> Constructed | NotConstructed:
    """A module; config attributes that turn out to be missing are added until it works."""
    sizes = _sizes(plan, dropout)
    for _ in range(_REPAIRS):
        made: dict[str, object] = {}
        try:
            torch.manual_seed(0)
            made = Maker({}, torch.Generator(), names).arguments(arguments)
            module = wrapped(partial(definition, **made))
        except Exception as error:  # noqa: BLE001 - whatever legacy code raises says that these arguments do not do
            repaired = _repaired(arguments, made, error, sizes, facts)
            if repaired is None:
                return NotConstructed(_said(arguments, error))
            arguments = repaired
            continue
        if isinstance(module, nn.Module):
            return Constructed(module, arguments, plan)
        return NotConstructed("what its constructor gives is no torch module")
    return NotConstructed("its config has more attributes than were tried")


def _sizes(plan: int, dropout: float) -> Sizes:
    """Plans go through the widths twice, the second time with identities for modules that are given; without dropout
    the sizes are others."""
    widths = WIDTHS if dropout else SECOND
    return Sizes(widths[plan % len(widths)], dropout=dropout, identity=plan >= len(widths))


def _repaired(
    arguments: Arguments, made: Mapping[str, object], error: Exception, sizes: Sizes, facts: SourceFacts
) -> Arguments | None:
    """The arguments with the config entry that `error` misses."""
    for name, value in made.items():
        entries = arguments[name]
        missing = missing_entry(value, error)
        if missing and isinstance(entries, Mapping) and missing not in entries:
            return {**arguments, name: {**entries, missing: sizes.value(missing, None, facts)}}
    return None


def missing_entry(mapping: object, error: Exception) -> str:
    """The name that `mapping` was asked for in vain, "" where the error is about something else."""
    if not isinstance(mapping, Attributes):
        return ""
    if isinstance(error, AttributeError) and error.obj is mapping:
        return error.name or ""
    key = error.args[0] if isinstance(error, KeyError) and error.args else ""
    return key if isinstance(key, str) and key not in mapping else ""


def parameters_of(definition: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(definition).parameters
    except (TypeError, ValueError):
        return {}


def with_defaults(definition: Callable[..., object], arguments: Mapping[str, CaseValue]) -> Arguments:
    """The arguments and the numbers that stand for those that were left out, which say as much about sizes."""
    found = {name: parameter.default for name, parameter in parameters_of(definition).items()}
    numbers = (int, tuple)
    return {name: value for name, value in found.items() if isinstance(value, numbers)} | dict(arguments)


def _is_config(name: str) -> bool:
    words = ("config", "cfg", "conf", "args", "hparams", "params", "opt", "options", "hps", "settings", "configuration")
    return name in words or name.endswith(("_config", "_cfg", "_args", "_params"))


def _alternatives(arguments: Arguments) -> Iterator[Arguments]:
    """Arguments in other forms: larger images, everything plural as a tuple, then one at a time as something else."""
    images = [name for name in arguments if re.search(r"im(age|g)_?(size|height|width)", name)]
    for side in (64, 256, 336) if images else ():
        yield {**arguments, **dict.fromkeys(images, side)}
    numbers = {name: value for name, value in arguments.items() if type(value) is int}
    plural = {name: value for name, value in numbers.items() if name.endswith("s") and name != "heads"}
    for count in (2, 3, 4):
        for chosen in filter(None, (plural, numbers)):
            yield {**arguments, **{name: (value,) * count for name, value in chosen.items()}}
    for name, value in arguments.items():
        if name in numbers:
            forms: tuple[CaseValue, ...] = ((value,) * 2, (value,) * 3, 1, 4, {}, 0.5, None)
            yield from ({**arguments, name: form} for form in forms)
        elif isinstance(value, bool | float):
            yield from ({**arguments, name: other} for other in (2, 1))


def _completed(definition: Callable[..., object], arguments: Arguments, plan: int) -> Iterator[Arguments]:
    """With arguments that may be left out but must not be: one at a time, then all; with sizes beside which those that
    are left out are small, and with these small.
    """
    sizes = _sizes(plan, 0.25)
    widths = {name: 8 * value for name, value in arguments.items() if type(value) is int and value in sizes.widths}
    yield {**arguments, **widths}
    large = [name for name, parameter in parameters_of(definition).items() if _is_large(parameter.default)]
    yield {**arguments, **{name: sizes.size(name, "int") for name in large if name not in arguments}}
    left = [name for name, parameter in parameters_of(definition).items() if parameter.default is None]
    for name in left:
        yield {**arguments, name: sizes.size(name)}
    yield {**arguments, **{name: sizes.size(name) for name in left}}


def _is_large(default: object) -> bool:
    return type(default) is int and default > _LARGE // 4


def _said(arguments: Arguments, error: Exception) -> str:
    shown = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return f"its constructor raised {type(error).__name__} for ({shown}): {str(error).strip()[:200]}"
