"""What a child does with a captured case: runs it on the original, in small sizes where they do; the rest goes."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import replace

import torch

from refactor_tools.model.proofs import Call, Case, CaseValue, Construction, OriginalTask
from refactor_tools.prove.adapting import Callee, call_with
from refactor_tools.prove.case_constructors import parameters_of
from refactor_tools.prove.case_inputs import SIZES
from refactor_tools.prove.case_runs import Runner
from refactor_tools.prove.coverage import Recorder
from refactor_tools.prove.loading import load_original, names_of
from refactor_tools.prove.values import Maker


def settle(original: OriginalTask) -> tuple[Case, tuple[str, ...]]:
    """The original's case without calls that do not run on it, and what these ended with."""
    definition = load_original(original.source, original.name, original.id)
    if not callable(definition):
        raise TypeError(f"{original.name} cannot be called")
    kept, problems = [], dict[str, None]()
    for captured in original.case.constructions if original.case else ():
        construction = _without_defaults(definition, captured)
        try:
            runner = _runner(definition, construction)
        except Exception as error:  # noqa: BLE001 - whatever legacy code raises says that these arguments do not do
            problems[f"it is not constructed: {type(error).__name__}: {error}"] = None
            continue
        settled = _settled(runner, construction, problems)
        if settled.calls:
            kept.append(settled)
    return Case(tuple(kept)), tuple(problems)


def _runner(definition: Callee, construction: Construction) -> Runner:
    names, recorder = names_of(definition), Recorder()
    if not inspect.isclass(definition):
        return Runner(definition, construction.dims, recorder, names)
    torch.manual_seed(0)
    made = Maker(construction.dims, torch.Generator(), names).arguments(construction.arguments)
    module = call_with(definition, made)
    if not callable(module):
        raise TypeError(f"{type(module).__name__} is no module")
    return Runner(module, construction.dims, recorder, names)


def _without_defaults(definition: Callee, construction: Construction) -> Construction:
    """A frame shows every parameter; what it holds by default was most likely left out."""
    entry = definition.forward if inspect.isclass(definition) and hasattr(definition, "forward") else definition
    arguments = _given(definition, construction.arguments) if inspect.isclass(definition) else {}
    calls = tuple(replace(call, arguments=_given(entry, call.arguments)) for call in construction.calls)
    kept = [call for place, call in enumerate(calls) if call not in calls[:place]]
    return replace(construction, arguments=arguments, calls=tuple(kept))


def _given(function: Callee, arguments: Mapping[str, CaseValue]) -> dict[str, CaseValue]:
    defaults = {name: parameter.default for name, parameter in parameters_of(function).items()}
    plain = (int, float, str, bool, type(None))
    return {
        name: value
        for name, value in arguments.items()
        if not (isinstance(value, plain) and type(defaults.get(name, ...)) is type(value) and defaults[name] == value)
    }


def _settled(runner: Runner, construction: Construction, problems: dict[str, None]) -> Construction:
    """Every letter as small as the calls allow: captured batches and lengths are those of somebody's training."""
    calls = tuple(call for call in construction.calls if _runs(runner, call, construction.dims, problems))
    dims = dict(construction.dims)
    for letter, small in _smaller(dims):
        attempt = {**dims, letter: small}
        if calls and all(_runs(runner, call, attempt, {}) for call in calls):
            dims = attempt
    return replace(construction, dims=dims, calls=calls)


def _smaller(dims: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Sizes that differ from each other, for letters that are larger."""
    for place, (letter, size) in enumerate(dims.items()):
        small = SIZES.get(letter, 6 + place)
        if size > small:
            yield letter, small


def _runs(runner: Runner, call: Call, dims: Mapping[str, int], problems: dict[str, None]) -> bool:
    outcome = replace(runner, dims=dims).run(call.arguments)
    if outcome.error is not None:
        problems[f"{type(outcome.error).__name__}: {' '.join(str(outcome.error).split())[:200]}"] = None
    return outcome.ran
