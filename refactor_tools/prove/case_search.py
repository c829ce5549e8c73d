"""What a child does to find a case: constructs the original, calls it until a call works, then varies the call."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, islice, product

import torch
from torch import Tensor, nn
from torch.utils import _pytree

from refactor_tools.model.proofs import Call, Case, CaseValue, Construction, OriginalTask, TensorSpec
from refactor_tools.prove.case_constructors import constructor_arguments, further_arguments
from refactor_tools.prove.case_facts import SourceFacts, read_facts, role_of
from refactor_tools.prove.case_inputs import candidates, symbols, vocabulary_of, widths_of
from refactor_tools.prove.loading import load_original
from refactor_tools.prove.values import build

TRIALS = 600
CONSTRUCTIONS = 5
_REQUIRED = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True, slots=True)
class _Built:
    """A construction that works: `entry` is called with the inputs."""

    entry: Callable[..., object]
    arguments: Mapping[str, CaseValue]
    dims: Mapping[str, int]
    widths: tuple[int, ...]
    vocabulary: int


def search(original: OriginalTask) -> Case:
    """A case for the original, or a question."""
    definition = load_original(original.source, original.name, original.id)
    facts = read_facts(original.source, original.name)
    if not callable(definition):
        return Case(question=f"{original.name} cannot be called")
    if not inspect.isclass(definition):
        built = _Built(definition, {}, symbols([24]), (24,), 5)
        return _case(definition, facts, built, 0)
    reason = ""
    for arguments, plan in constructor_arguments(definition, facts):
        module, failure = _construct(definition, arguments)
        if module is None:
            reason = reason or failure
            continue
        case = _case(definition, facts, _described(module, arguments), plan)
        if not case.question:
            return case
        reason = case.question
    return Case(question=reason or f"how is {original.name} constructed?")


def _construct(definition: Callable[..., object], arguments: Mapping[str, CaseValue]) -> tuple[nn.Module | None, str]:
    try:
        torch.manual_seed(0)
        values = {name: build(value, {}, torch.Generator()) for name, value in arguments.items()}
        module = definition(**values)
    except Exception as error:  # noqa: BLE001 - whatever legacy code raises says that these arguments are not the ones
        shown = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        return None, f"which constructor arguments does it take? ({shown}) gives {type(error).__name__}: {error}"
    return (module, "") if isinstance(module, nn.Module) else (None, "it is no torch module")


def _described(module: nn.Module, arguments: Mapping[str, CaseValue]) -> _Built:
    widths = tuple(widths_of(module, arguments)[:6])
    return _Built(module, arguments, symbols(widths), widths, vocabulary_of(module))


def _case(definition: Callable[..., object], facts: SourceFacts, built: _Built, plan: int) -> Case:
    parameters = _inputs(built.entry)
    found = _first_call(parameters, facts, built)
    if found is None:
        names = ", ".join(parameters)
        return Case(question=f"which inputs does it take? None of {TRIALS} combinations of shapes for {names} ran")
    calls = _varied(found, parameters, facts, built)
    constructions = [_construction(built, calls)]
    if isinstance(built.entry, nn.Module):
        constructions += islice(_others(definition, facts, plan, calls), CONSTRUCTIONS - 1)
    return Case(tuple(constructions), outputs=_outputs(built, found))


def _inputs(entry: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    function = entry.forward if isinstance(entry, nn.Module) else entry
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}
    return {name: item for name, item in parameters.items() if item.kind in _REQUIRED}


def _first_call(
    parameters: Mapping[str, inspect.Parameter], facts: SourceFacts, built: _Built
) -> dict[str, CaseValue] | None:
    """The first combination of candidates for the required inputs that runs; the last one changes fastest."""
    required = [name for name, item in parameters.items() if item.default is inspect.Parameter.empty]
    choices = [list(_values(name, facts, built)) for name in required]
    for values in islice(_by_likeliness(choices), TRIALS):
        arguments = dict(zip(required, values, strict=True))
        if _runs(built, arguments):
            return arguments
    return None


def _by_likeliness(choices: list[list[CaseValue]]) -> Iterator[tuple[CaseValue, ...]]:
    """Combinations by the sum of their ranks: likely ones of all parameters before unlikely ones of any."""
    ranked = sorted(product(*(range(len(options)) for options in choices)), key=sum)
    return (tuple(options[rank] for options, rank in zip(choices, ranks, strict=True)) for ranks in ranked)


def _values(name: str, facts: SourceFacts, built: _Built) -> Iterator[CaseValue]:
    keys = facts.items.get(name, ())
    if keys:
        yield from _batches(keys, built)
    yield from candidates(name, built.widths, built.vocabulary)


def _batches(keys: tuple[str, ...], built: _Built) -> Iterator[CaseValue]:
    """A mapping of inputs, as `batch["text"]` reads one."""
    options = [list(islice(candidates(key, built.widths, built.vocabulary), 8)) for key in keys]
    yield from (dict(zip(keys, values, strict=True)) for values in islice(_by_likeliness(options), 200))


def _runs(built: _Built, arguments: Mapping[str, CaseValue]) -> bool:
    return _run(built, arguments) is not None


def _run(built: _Built, arguments: Mapping[str, CaseValue]) -> list[Tensor] | None:
    """The tensors that come out, None where nothing does."""
    generator = torch.Generator().manual_seed(0)
    try:
        values = {name: build(value, built.dims, generator) for name, value in arguments.items()}
        result = built.entry(**values)
    except Exception:  # noqa: BLE001 - whatever legacy code raises says that these inputs are not the ones
        return None
    leaves = [leaf for leaf in _pytree.tree_leaves(result) if isinstance(leaf, Tensor)]
    return leaves or None


def _varied(
    base: dict[str, CaseValue], parameters: Mapping[str, inspect.Parameter], facts: SourceFacts, built: _Built
) -> tuple[Call, ...]:
    """The base call, optional inputs alone and together, switches both ways, and the edges."""
    optional = {
        name: value
        for name, item in parameters.items()
        if item.default is not inspect.Parameter.empty
        and (value := _optional(name, item, base, facts, built)) is not None
    }
    found = [Call(base)]
    for count in range(1, min(len(optional), 3) + 1):
        found += [Call({**base, **{name: optional[name] for name in names}}) for names in combinations(optional, count)]
    if len(optional) > 3:
        found.append(Call({**base, **optional}))
    found += _none_calls(base, parameters)
    edges = [edge for call in (found[0], found[-1]) for edge in _edges(call)]
    runnable = [call for call in found[1:] + edges if _runs(built, call.arguments)]
    unique: list[Call] = []
    for call in [found[0], *runnable]:
        if all(call.arguments != other.arguments for other in unique):
            unique.append(call)
    return tuple(unique)


def _optional(
    name: str, item: inspect.Parameter, base: Mapping[str, CaseValue], facts: SourceFacts, built: _Built
) -> CaseValue:
    """Another value than the default, that runs with the base call; None where there is none."""
    if isinstance(item.default, bool):
        return not item.default
    if item.default is not None:
        return None
    for value in islice(_values(name, facts, built), 40):
        if _runs(built, {**base, name: value}):
            return value
    return None


def _none_calls(base: Mapping[str, CaseValue], parameters: Mapping[str, inspect.Parameter]) -> list[Call]:
    """Required inputs that may be None after all, as legacy code often allows."""
    return [
        Call({**base, name: None}, note=f"{name} is None")
        for name in base
        if role_of(name) in ("mask", "lengths") and name in parameters
    ]


def _edges(call: Call) -> Iterator[Call]:
    """Batch one, length one, and a row in which everything is masked."""
    yield Call({name: _with(value, "B", 1) for name, value in call.arguments.items()}, note="a batch of one")
    yield Call({name: _with(value, "L", 1) for name, value in call.arguments.items()}, note="a length of one")
    masked = {
        name: replace(value, high=0) if isinstance(value, TensorSpec) and value.kind == "mask" else value
        for name, value in call.arguments.items()
    }
    if masked != dict(call.arguments):
        yield Call(masked, note="a row is masked altogether")


def _with(value: CaseValue, symbol: str, size: int) -> CaseValue:
    if isinstance(value, Mapping):
        return {name: _with(entry, symbol, size) for name, entry in value.items()}
    if not isinstance(value, TensorSpec):
        return value
    shape = tuple(size if entry == symbol else entry for entry in value.shape)
    return replace(value, shape=shape, high=size if value.high == symbol else value.high)


def _others(
    definition: Callable[..., object], facts: SourceFacts, plan: int, calls: tuple[Call, ...]
) -> Iterator[Construction]:
    """Further constructions under which the same calls, in their symbols, run."""
    for arguments in further_arguments(definition, facts, plan):
        module, _ = _construct(definition, arguments)
        if module is None:
            continue
        built = _described(module, arguments)
        runnable = tuple(call for call in calls if _runs(built, call.arguments))
        if runnable:
            yield _construction(built, runnable)


def _construction(built: _Built, calls: tuple[Call, ...]) -> Construction:
    used = {symbol for call in calls for value in call.arguments.values() for symbol in _symbols(value)}
    dims = {name: size for name, size in built.dims.items() if name in used}
    return Construction(built.arguments, dims, calls)


def _symbols(value: CaseValue) -> set[str]:
    if isinstance(value, Mapping):
        return {symbol for entry in value.values() for symbol in _symbols(entry)}
    if not isinstance(value, TensorSpec):
        return set()
    return {entry for entry in (*value.shape, value.high) if isinstance(entry, str)}


def _outputs(built: _Built, arguments: Mapping[str, CaseValue]) -> tuple[tuple[int | str, ...], ...]:
    """Shapes of what comes out, in the symbols of the inputs where a size is one of theirs."""
    used = {symbol for value in arguments.values() for symbol in _symbols(value)}
    names = {built.dims[symbol]: symbol for symbol in sorted(used, reverse=True)}
    return tuple(tuple(names.get(size, size) for size in leaf.shape) for leaf in _run(built, arguments) or [])
