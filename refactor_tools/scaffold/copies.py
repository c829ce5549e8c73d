"""What a generated test needs of one original: how it is built and called, and what the component gets in its place."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from refactor_tools.certificates.case_values import symbols_in
from refactor_tools.model.adapters import Argument
from refactor_tools.model.components import OriginalRecord
from refactor_tools.model.facts import Parameter
from refactor_tools.model.proofs import Call, Case, CaseValue, Construction, TensorSpec
from refactor_tools.scaffold.case_text import resolved, shape_of, size_name, source_of
from refactor_tools.scaffold.expressions import bound_to, laid_out, names_in

# Deeper than this many optional arguments, subsets are none, each alone, and all.
ALL_SUBSETS = 3


@dataclass(frozen=True, slots=True)
class Component:
    """The component's side: `inputs` are the parameters of `forward`, or of the function."""

    name: str
    is_class: bool
    inputs: tuple[Parameter, ...]
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """One original under one set of constructor arguments, as source text."""

    label: str
    title: str
    renamed: str
    setup: tuple[str, ...]
    original: str
    component: str
    input_sizes: str
    inputs: tuple[tuple[str, str], ...]
    shape_sizes: str
    shapes: str
    signature: str
    arguments: tuple[tuple[str, str], ...]
    calls: tuple[tuple[str, ...], ...]
    optional: tuple[str, ...]

    @property
    def optional_calls(self) -> Iterator[tuple[str, ...]]:
        """The subsets of the optional arguments to give."""
        sizes = range(len(self.optional) + 1) if len(self.optional) <= ALL_SUBSETS else (0, 1, len(self.optional))
        return chain.from_iterable(combinations(self.optional, size) for size in sizes)


def copy_of(
    original: OriginalRecord, case: Case, number: int, label: str, kept: str, component: Component
) -> Copy | None:
    """The original under the `number`-th construction of its case; None where that one is never called.

    Args:
        label: the name of the class that the test makes of it
        kept: the variable that holds the kept source
    """
    construction = case.constructions[number]
    call = _fullest(construction.calls)
    if call is None:
        return None
    dims, shapes, given = construction.dims, case.outputs, resolved(call)
    own = original.forward if component.is_class else original.parameters
    own_names = tuple(dict.fromkeys((*(parameter.name for parameter in own), *call.arguments)))
    mapped = _mapped(original.adapter.forward, own_names, component.inputs, original.form == "alias")
    setup, made, built = _built(original, construction, kept, component) if component.is_class else ((), "", "")
    return Copy(
        label=label,
        title=f"`{original.id}`, the {_ordinal(number)} of its constructions." if number else f"`{original.id}`.",
        renamed=laid_out(_pairs(original.adapter.state), 4, 14),
        setup=setup,
        original=made or f"{kept}.{original.name}",
        component=built or component.name,
        input_sizes=_sizes(call.arguments.values(), dims),
        inputs=tuple((name, laid_out(source_of(value, kept), 12, 16 + len(name))) for name, value in given.items()),
        shape_sizes=_sizes((TensorSpec(shape) for shape in shapes), dims),
        shapes=f"[{', '.join(map(shape_of, shapes))}]",
        signature=", ".join(_signature(own, own_names, kept)),
        arguments=tuple((name, bound_to(value, kept, own_names)) for name, value in mapped),
        calls=_calls(construction.calls, call),
        optional=tuple(_optional(mapped, component.inputs, call.arguments)),
    )


def has_shapes(case: Case, number: int) -> bool:
    """Whether the case says what comes out under its `number`-th construction; plain numbers hold for the first."""
    named = {size for shape in case.outputs for size in shape if isinstance(size, str)}
    known = bool(case.outputs) and named <= set(case.constructions[number].dims)
    # Of numbers nobody knows what becomes of them elsewhere; that there is none may be one of them.
    general = all(shape and all(isinstance(size, str) for size in shape) for shape in case.outputs)
    return known and (number == 0 or general)


def _fullest(calls: Sequence[Call]) -> Call | None:
    """The first call with the most arguments, of those without an empty tensor where there are such."""
    whole = [call for call in calls if not any(map(_is_edge, call.arguments.values()))]
    return max(whole or calls, key=lambda call: len(call.arguments), default=None)


def _is_edge(value: CaseValue) -> bool:
    return isinstance(value, TensorSpec) and (0 in value.shape or value.high == 0)


def _calls(calls: Sequence[Call], fullest: Call) -> tuple[tuple[str, ...], ...]:
    """The distinct sets of arguments that calls give, as far as the fullest call has them all."""
    given = {frozenset(call.arguments): tuple(call.arguments) for call in (*calls, fullest)}
    return tuple(names for names in given.values() if set(names) <= set(fullest.arguments))


def _mapped(
    listed: Sequence[Argument], own: Sequence[str], wanted: Sequence[Parameter], alias: bool
) -> list[tuple[str, str]]:
    """The component's arguments over the original's: what the adapter lists, then what both call the same."""
    mapped = {argument.name: argument.value for argument in listed}
    if alias and not mapped:
        return [(name, name) for name in own]
    same = {parameter.name: parameter.name for parameter in wanted if parameter.required and parameter.name in own}
    return list({**same, **mapped}.items())


def _built(
    original: OriginalRecord, construction: Construction, kept: str, component: Component
) -> tuple[tuple[str, ...], str, str]:
    """The lines before, the original's constructor call and the component's."""
    own = tuple(dict.fromkeys((*(parameter.name for parameter in original.parameters), *construction.arguments)))
    alias = original.form == "alias"
    given = tuple(construction.arguments) if alias else own
    mapped = _mapped(original.adapter.init, given, component.parameters, alias)
    read = frozenset(name for _, value in mapped for name in names_in(value))
    values = {name: source_of(value, kept) for name, value in construction.arguments.items()}
    for parameter in original.parameters:
        if parameter.name in read and parameter.name not in values and parameter.default is not None:
            values[parameter.name] = bound_to(parameter.default, kept, ())
    sizes = _sizes(construction.arguments.values(), construction.dims)
    lines = [f"{name} = {laid_out(value, 8, 11 + len(name))}" for name, value in values.items()]
    legacy = ", ".join(f"{name}={name}" for name in construction.arguments)
    new = ", ".join(f"{name}={bound_to(value, kept, own)}" for name, value in mapped)
    return (
        tuple([sizes, *lines] if sizes else lines),
        laid_out(f"{kept}.{original.name}({legacy})", 8, 19),
        laid_out(f"{component.name}({new})", 8, 25),
    )


def _optional(
    mapped: Sequence[tuple[str, str]], inputs: Sequence[Parameter], given: Mapping[str, CaseValue]
) -> Iterator[str]:
    """The component's arguments with a default that a tensor of the call reaches."""
    optional = {parameter.name for parameter in inputs if parameter.default is not None}
    tensors = {name for name, value in given.items() if isinstance(value, TensorSpec)}
    return (name for name, value in mapped if name in optional and names_in(value) & tensors)


def _signature(own: Sequence[Parameter], names: Sequence[str], kept: str) -> Iterator[str]:
    """The original's parameters by name; a default follows what none precedes."""
    defaults = {p.name: p.default for p in own if p.default is not None}
    ordered = sorted(names, key=lambda name: name in defaults)
    for name in ordered:
        default = defaults.get(name)
        yield name if default is None else f"{name}={bound_to(default, kept, ())}"


def _sizes(values: Iterable[CaseValue], dims: Mapping[str, int]) -> str:
    names = list(dict.fromkeys(symbol for value in values for symbol in symbols_in(value)))
    return f"{', '.join(map(size_name, names))} = {', '.join(str(dims[name]) for name in names)}" if names else ""


def _pairs(state: Sequence[tuple[str, str]]) -> str:
    return names_tuple(f"({json.dumps(new)}, {json.dumps(old)})" for new, old in state)


def names_tuple(items: Iterable[str]) -> str:
    """Source of a tuple of the items' sources."""
    texts = list(items)
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


def _ordinal(number: int) -> str:
    return ("first", "second", "third")[number] if number < 3 else f"{number + 1}th"
