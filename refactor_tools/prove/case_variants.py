"""Varies what works: optional inputs, switches, edges, further constructions, until the branches are reached."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations

from refactor_tools.model.proofs import Call, Case, CaseValue, Construction, TensorSpec
from refactor_tools.prove.case_constructors import Constructed, arguments_of, construct, parameters_of
from refactor_tools.prove.case_inputs import resized
from refactor_tools.prove.case_names import Sizes, role_of
from refactor_tools.prove.case_runs import Outcome, Runner
from refactor_tools.prove.case_search import Search, inputs_of, with_size

_PAIRS = 4
_CONSTRUCTIONS = 8

Inputs = dict[str, CaseValue]


@dataclass(slots=True)
class Found:
    """A construction (None for a function) and the inputs `base` that run; `arms` are the branches taken so far."""

    definition: Callable[..., object]
    constructed: Constructed | None
    search: Search
    base: Inputs
    arms: set[int] = field(default_factory=set)

    @property
    def runner(self) -> Runner:
        return self.search.runner


def varied(found: Found) -> Case:
    """The case that grows from one call that runs."""
    first = found.runner.run(found.base)
    calls = _calls(found)
    constructions = [_construction(found.constructed, found.runner.dims, calls)]
    constructions += _further(found, calls)
    return Case(tuple(constructions), outputs=_outputs(found, first))


def _calls(found: Found) -> tuple[Call, ...]:
    """The call with what is required, each optional input alone and with the others, then the edges."""
    optional = _optional(found)
    kept = [Call(found.base)]
    found.arms |= found.runner.run(found.base).arms
    for name, values in optional.items():
        for value in values:
            _keep(found, kept, {**found.base, name: value})
    single = {name: values[0] for name, values in optional.items()}
    for pair in combinations(list(single)[:_PAIRS], 2):
        _keep(found, kept, {**found.base, **{name: single[name] for name in pair}}, must=len(single) == 2)
    if len(single) > 2:
        _keep(found, kept, {**found.base, **single})
    for name in found.base:
        if name in found.search.facts.nullable or role_of(name) in ("mask", "lengths"):
            _keep(found, kept, {**found.base, name: None}, note=f"{name} is None")
    fullest = max(kept, key=lambda call: len([value for value in call.arguments.values() if value is not None]))
    for note, inputs in _edges(fullest.arguments):
        _keep(found, kept, inputs, note=note)
    return tuple(kept)


def _keep(found: Found, kept: list[Call], inputs: Inputs, note: str = "", *, must: bool = True) -> None:
    """Add a call that runs, is new, and either must be there or takes a branch that none before took."""
    if any(call.arguments == inputs for call in kept):
        return
    outcome = found.runner.run(inputs)
    if outcome.ran and (must or outcome.arms - found.arms):
        found.arms |= outcome.arms
        kept.append(Call(inputs, note))


def _optional(found: Found) -> dict[str, list[CaseValue]]:
    """For each input that may be left out, values other than its default with which the base call runs."""
    values: dict[str, list[CaseValue]] = {}
    for name, parameter in inputs_of(found.runner.entry).items():
        default = parameter.default
        if name in found.base or parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            continue
        if isinstance(default, bool):
            values[name] = [not default]
        elif isinstance(default, str):
            values[name] = [text for text in found.search.facts.choices.get(name, ()) if text != default]
        elif default is None and (value := found.search.optional(name, parameter, found.base)) is not None:
            values[name] = [value]
    return {name: options for name, options in values.items() if options}


def _edges(inputs: Mapping[str, CaseValue]) -> Iterator[tuple[str, Inputs]]:
    yield "a batch of one", {name: with_size(value, "B", 1) for name, value in inputs.items()}
    yield "a length of one", {name: with_size(value, "L", 1) for name, value in inputs.items()}
    masked = {name: _padded(value) for name, value in inputs.items()}
    if masked != dict(inputs):
        yield "a row that is all padding", masked


def _padded(value: CaseValue) -> CaseValue:
    if isinstance(value, Mapping):
        return {name: _padded(entry) for name, entry in value.items()}
    return replace(value, high=0) if isinstance(value, TensorSpec) and value.kind == "mask" else value


def _further(found: Found, calls: tuple[Call, ...]) -> Iterator[Construction]:
    """Other sizes without dropout, then each switch the other way and each optional part present."""
    if found.constructed is None:
        return
    kept = 0
    for arguments, dropout in _other_arguments(found, found.constructed):
        if kept == _CONSTRUCTIONS:
            return
        built = construct(found.definition, arguments, found.search.facts, found.constructed.plan, dropout)
        if not isinstance(built, Constructed) or built.arguments == found.constructed.arguments:
            continue
        runner = replace(
            found.runner, entry=built.module, dims=resized(found.search.space, built.module, built.arguments)
        )
        running = _running(found, runner, calls)
        if running:
            kept += 1
            yield _construction(built, runner.dims, running)


def _running(found: Found, runner: Runner, calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """Those of the first and the fullest call that run, and whatever takes a new branch."""
    kept: list[Call] = []
    fullest = max(calls, key=lambda call: (len(call.arguments), not call.note))
    for call in calls:
        outcome = runner.run(call.arguments)
        if outcome.ran and (call in (calls[0], fullest) or outcome.arms - found.arms):
            found.arms |= outcome.arms
            kept.append(call)
    return tuple(kept)


def _other_arguments(found: Found, constructed: Constructed) -> Iterator[tuple[Inputs, float]]:
    definition, facts, plan = found.definition, found.search.facts, constructed.plan
    yield arguments_of(definition, facts, plan, dropout=0.0), 0.0
    base = constructed.arguments
    for name, value in _switches("", base):
        yield _with(base, name, not value), 0.25
    for name, parameter in parameters_of(definition).items():
        default = parameter.default
        if isinstance(default, bool):
            yield {**base, name: not default}, 0.25
        for text in facts.choices.get(name, ()):
            if isinstance(default, str) or name in base:
                yield {**base, name: text}, 0.25
        if default is None and name not in base:
            yield {**base, name: _left_out(found, name, parameter)}, 0.25


def _left_out(found: Found, name: str, parameter: inspect.Parameter) -> CaseValue:
    """A value for an argument that may be left out: the first width, which most often must agree."""
    width = found.runner.dims.get("D", 24)
    return Sizes((width,), dropout=0.25).value(name, parameter.annotation, found.search.facts)


def _switches(place: str, value: CaseValue) -> Iterator[tuple[str, bool]]:
    if isinstance(value, Mapping):
        for name, entry in value.items():
            yield from _switches(f"{place}.{name}" if place else name, entry)
    elif isinstance(value, bool):
        yield place, value


def _with(arguments: Inputs, place: str, value: CaseValue) -> Inputs:
    name, _, rest = place.partition(".")
    inner = arguments[name]
    return {**arguments, name: _with(dict(inner), rest, value) if rest and isinstance(inner, Mapping) else value}


def _construction(constructed: Constructed | None, dims: Mapping[str, int], calls: tuple[Call, ...]) -> Construction:
    used = {symbol for call in calls for value in call.arguments.values() for symbol in _symbols(value)}
    arguments = constructed.arguments if constructed else {}
    return Construction(arguments, {name: size for name, size in dims.items() if name in used}, calls)


def _symbols(value: CaseValue) -> set[str]:
    if isinstance(value, Mapping):
        return {symbol for entry in value.values() for symbol in _symbols(entry)}
    if isinstance(value, tuple):
        return {symbol for entry in value for symbol in _symbols(entry)}
    if not isinstance(value, TensorSpec):
        return set()
    return {entry for entry in (*value.shape, value.high) if isinstance(entry, str)}


def _outputs(found: Found, outcome: Outcome) -> tuple[tuple[int | str, ...], ...]:
    """Shapes of what comes out, in the letters of the inputs and of the widths where a size is one of theirs."""
    dims, space = found.runner.dims, found.search.space
    used = [symbol for value in found.base.values() for symbol in sorted(_symbols(value))]
    names = {dims[symbol]: symbol for symbol in reversed(used) if symbol not in space.vocabularies}
    return tuple(tuple(names.get(size, size) for size in output.shape) for output in outcome.outputs or ())
