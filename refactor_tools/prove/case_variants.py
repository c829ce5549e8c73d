"""Varies a call that works: optional inputs, switches, edges, and whatever reaches branches that no call reached."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, islice
from math import prod

from refactor_tools.certificates.case_values import map_specs, specs_in
from refactor_tools.model.proofs import Call, CaseValue, Same, TensorSpec
from refactor_tools.prove.case_aims import aimed_calls
from refactor_tools.prove.case_conditions import Code, Condition, condition_of
from refactor_tools.prove.case_constructors import VARIADIC, Constructed
from refactor_tools.prove.case_names import role_of
from refactor_tools.prove.case_places import Inputs
from refactor_tools.prove.case_runs import Outcome, Runner
from refactor_tools.prove.case_search import Search, inputs_of, with_size
from refactor_tools.prove.coverage import Arm, Instrumented, is_computed

_PAIRS = 4
# Inputs that may be left out and are looked at; wrappers pass on dozens.
_OPTIONAL = 16
# Calls to try for one branch, and for all of a case; tensors to try them with.
_AIMS, _ALL_AIMS = 90, 700
_LARGEST = 2**19
_ATTENTION = (("query", "key", "value"), ("q", "k", "v"), ("queries", "keys", "values"))


@dataclass(slots=True)
class Found:
    """A construction (None for a function) and the inputs `base` that run.

    `arms` are the branches taken so far and `functions` what was entered, `code` and `watched` the source that they
    stand in (None where it could not be watched), `aims` how many more calls may be tried for branches.
    """

    definition: Callable[..., object]
    constructed: Constructed | None
    search: Search
    base: Inputs
    watched: Instrumented | None
    code: Code
    arms: set[int] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    aims: int = _ALL_AIMS
    conditions: dict[int, Condition | None] = field(default_factory=dict)

    @property
    def runner(self) -> Runner:
        return self.search.runner

    def missing(self) -> list[int]:
        """Branches of what was entered that no call has taken."""
        arms: tuple[Arm, ...] = self.watched.arms if self.watched else ()
        return [
            number
            for number, arm in enumerate(arms)
            if arm[0] in self.functions and is_computed(arm) and number not in self.arms
        ]

    def condition(self, arm: int) -> Condition | None:
        """What the test of a branch depends on; None where it has no test."""
        if arm not in self.conditions:
            assert self.watched is not None
            test = self.watched.tests[arm]
            self.conditions[arm] = condition_of(test, self.watched.arms[arm][0], self.code) if test else None
        return self.conditions[arm]

    def take(self, outcome: Outcome) -> None:
        self.arms |= outcome.arms
        self.functions |= outcome.functions


def calls_of(found: Found) -> tuple[Call, ...]:
    """The call with what is required, each optional input alone and with the others, edges, then what branches need."""
    optional = _optional(found)
    kept = [Call(found.base)]
    found.take(found.runner.explore(found.base))
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
    fullest = fullest_of(kept)
    for note, inputs in (*_alike(fullest.arguments), *_edges(fullest.arguments)):
        _keep(found, kept, inputs, note=note)
    return (*kept, *aimed(found, found.runner, tuple(kept)))


def aimed(found: Found, runner: Runner, calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """Calls for branches that were not reached, each a known call with one thing changed."""
    kept: list[Call] = []
    for arm in found.missing():
        condition = found.condition(arm)
        if arm in found.arms or condition is None or not condition.inputs or found.aims <= 0:
            continue
        call = _reaching(found, runner, arm, condition, calls)
        if call is not None:
            kept.append(call)
    return tuple(kept)


def _reaching(found: Found, runner: Runner, arm: int, condition: Condition, calls: tuple[Call, ...]) -> Call | None:
    bases = dict.fromkeys(id(call) for call in (fullest_of(calls), calls[0]))
    for base in [call for call in calls if id(call) in bases]:
        for inputs in islice(aimed_calls(base.arguments, condition, runner.dims), _AIMS):
            if found.aims <= 0 or _elements(inputs, runner.dims) > _LARGEST:
                continue
            found.aims -= 1
            outcome = runner.explore(inputs)
            if outcome.ran and arm in outcome.arms:
                found.take(outcome)
                return Call(inputs, _noted(base.arguments, inputs))
    return None


def fullest_of(calls: list[Call] | tuple[Call, ...]) -> Call:
    """The call that gives the most, one without a note where several do."""
    given = {id(call): len([value for value in call.arguments.values() if value is not None]) for call in calls}
    return max(calls, key=lambda call: (given[id(call)], not call.note))


def _noted(before: Mapping[str, CaseValue], after: Mapping[str, CaseValue]) -> str:
    changed = [name for name in after if name not in before or before[name] != after[name]]
    return f"for a branch on {' and '.join(changed)}"


def _elements(inputs: Mapping[str, CaseValue], dims: Mapping[str, int]) -> int:
    specs = [spec for value in inputs.values() for spec in specs_in(value)]
    return sum(prod(dims[size] if isinstance(size, str) else size for size in spec.shape) for spec in specs)


def _keep(found: Found, kept: list[Call], inputs: Inputs, note: str = "", *, must: bool = True) -> None:
    """Add a call that runs, is new, and either must be there or takes a branch that none before took."""
    if any(call.arguments == inputs for call in kept):
        return
    outcome = found.runner.explore(inputs)
    if outcome.ran and (must or outcome.arms - found.arms):
        found.take(outcome)
        kept.append(Call(inputs, note))


def _optional(found: Found) -> dict[str, list[CaseValue]]:
    """For each input that may be left out, values other than its default with which the base call runs."""
    values: dict[str, list[CaseValue]] = {}
    for name, parameter in inputs_of(found.runner.entry).items():
        default = parameter.default
        if name in found.base or parameter.kind in VARIADIC or len(values) == _OPTIONAL:
            continue
        if isinstance(default, bool):
            values[name] = [not default]
        elif isinstance(default, str):
            values[name] = [text for text in found.search.facts.choices.get(name, ()) if text != default]
        elif isinstance(default, int | float):
            values[name] = [default + 1 if isinstance(default, int) else default / 2 or 0.5]
        elif default is None and (value := found.search.optional(name, parameter, found.base)) is not None:
            values[name] = [value]
    return {name: options for name, options in values.items() if options and _runs(found, name, options[0])}


def _runs(found: Found, name: str, value: CaseValue) -> bool:
    return found.runner.run({**found.base, name: value}).ran


def _alike(inputs: Mapping[str, CaseValue]) -> Iterator[tuple[str, Inputs]]:
    """One tensor for query, key and value, as self-attention is called."""
    for names in _ATTENTION:
        first, *others = [name for name in names if isinstance(inputs.get(name), TensorSpec)] or [""]
        if others and all(inputs[name] == inputs[first] for name in others):
            yield f"{' and '.join((first, *others))} are one", {**inputs, **{name: Same(first) for name in others}}


def _edges(inputs: Mapping[str, CaseValue]) -> Iterator[tuple[str, Inputs]]:
    yield "a batch of one", {name: with_size(value, "B", 1) for name, value in inputs.items()}
    yield "a length of one", {name: with_size(value, "L", 1) for name, value in inputs.items()}
    masked = {name: map_specs(_padded, value) for name, value in inputs.items()}
    if masked != dict(inputs):
        yield "a row that is all padding", masked


def _padded(spec: TensorSpec) -> TensorSpec:
    return replace(spec, high=0) if spec.kind == "mask" else spec
