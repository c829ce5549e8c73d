"""Further constructions: other sizes, switches the other way, optional parts; few, and first what reaches a branch."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from refactor_tools.model.proofs import Call, CaseValue
from refactor_tools.prove.case_aims import aimed_arguments
from refactor_tools.prove.case_constructors import (
    SECOND,
    VARIADIC,
    WIDTHS,
    Constructed,
    arguments_of,
    construct,
    parameters_of,
)
from refactor_tools.prove.case_inputs import resized
from refactor_tools.prove.case_names import Sizes
from refactor_tools.prove.case_pairs import Row, covering
from refactor_tools.prove.case_places import Inputs, last_name, places_of, with_values
from refactor_tools.prove.case_runs import Runner
from refactor_tools.prove.case_variants import Found, aimed, fullest_of

# Constructions of one case, the first among them: for pairs of arguments, and where branches ask for more.
_FOR_PAIRS, _FOR_BRANCHES = 5, 10
_DROPOUT = 0.25
_POWER = 32
_AIMS = 40
# Switches that are turned one at a time while branches are missing, and that are crossed.
_SINGLES, _CROSSED = 24, 12
# Calls that are tried under every further construction.
_CALLS = 12

Changes = Mapping[str, CaseValue]


@dataclass(frozen=True, slots=True)
class Built:
    """A construction and the calls that run under it."""

    constructed: Constructed
    runner: Runner
    calls: tuple[Call, ...]


@dataclass(slots=True)
class _Further:
    found: Found
    base: Constructed
    calls: tuple[Call, ...]
    kept: list[Built] = field(default_factory=list)

    def build(self, arguments: Inputs, dropout: float = _DROPOUT) -> tuple[Constructed, Runner] | None:
        """A construction with these arguments; None where there is none, or it is one of those that are kept."""
        found = self.found
        built = construct(found.definition, arguments, found.search.facts, self.base.plan, dropout, found.runner.names)
        known = [self.base.arguments, *(entry.constructed.arguments for entry in self.kept)]
        if not isinstance(built, Constructed) or built.arguments in known:
            return None
        dims = resized(found.search.space, built.module, built.arguments)
        return built, replace(found.runner, entry=built.module, dims=dims)

    def keep(self, arguments: Inputs, choose: Callable[[Runner], tuple[Call, ...]], dropout: float = _DROPOUT) -> bool:
        built = self.build(arguments, dropout)
        if built is None:
            return False
        calls = choose(built[1])
        if calls:
            self.kept.append(Built(*built, calls))
        return calls != ()

    def both(self, runner: Runner) -> tuple[Call, ...]:
        """The first and the fullest call, and whatever takes a new branch."""
        return self._running(runner, (self.calls[0], fullest_of(self.calls)))

    def one(self, runner: Runner) -> tuple[Call, ...]:
        """The fullest call that runs, and whatever takes a new branch."""
        ordered = sorted(self.calls, key=lambda call: call is not fullest_of(self.calls))
        return self._running(runner, next(([call] for call in ordered if runner.run(call.arguments).ran), []))

    def new(self, runner: Runner) -> tuple[Call, ...]:
        """What takes a new branch, where something does."""
        running = self._running(runner, ())
        return running or aimed(self.found, runner, self.calls)

    def _running(self, runner: Runner, wanted: tuple[Call, ...] | list[Call]) -> tuple[Call, ...]:
        kept: list[Call] = []
        for place, call in enumerate(self.calls):
            asked = any(call is other for other in wanted)
            if place >= _CALLS and not asked:
                continue
            outcome = runner.explore(call.arguments)
            if outcome.ran and (asked or outcome.arms - self.found.arms):
                self.found.take(outcome)
                kept.append(call)
        return tuple(kept)


def further(found: Found, calls: tuple[Call, ...]) -> list[Built]:
    """Other sizes without dropout, odd where they may be; what reaches branches; what pairs of arguments are left."""
    if found.constructed is None:
        return []
    made = _Further(found, found.constructed, calls)
    names, facts, plan = found.runner.names, found.search.facts, made.base.plan
    other = arguments_of(found.definition, facts, plan, dropout=0.0, names=names)
    built = made.build(other, 0.0)
    if built is not None:
        other = built[0].arguments
        odd = {place: width + 1 for place, width in _widths(other, SECOND[plan % len(SECOND)]).items()}
        if not (odd and made.keep(with_values(other, odd), made.both, 0.0)):
            made.keep(other, made.both, 0.0)
    factors = list(_factors(found, made.base))
    rows: list[Row] = [(0,) * len(factors)]
    for place, options in enumerate(factors[:_SINGLES]):
        for level, changes in enumerate(options, 1):
            if len(made.kept) + 1 < _FOR_BRANCHES and found.missing() and _reaches(made, changes):
                rows.append(tuple(level if other == place else 0 for other in range(len(factors))))
    _aim(made)

    def accept(row: Row) -> bool:
        chosen = [options[level - 1] for options, level in zip(factors, row, strict=False) if level]
        changes = {place: value for option in reversed(chosen) for place, value in option.items()}
        return made.keep(with_values(made.base.arguments, changes), made.one)

    levels = [len(options) + 1 for options in factors[:_CROSSED]]
    done = [row[:_CROSSED] for row in rows]
    covering(levels, done, accept, max(0, _FOR_PAIRS - 1 - len(made.kept)))
    return made.kept


def _reaches(made: _Further, changes: Changes) -> bool:
    return made.keep(with_values(made.base.arguments, changes), made.new)


def _aim(made: _Further) -> None:
    """For every branch that is still not reached, the constructor's arguments that its test goes back to."""
    found, tried = made.found, 0
    for arm in found.missing():
        condition = found.condition(arm)
        if condition is None or arm in found.arms:
            continue
        for changes in _aimed_changes(found, made.base, condition.arguments, arm):
            tried += 1
            if tried > _AIMS or len(made.kept) + 1 >= _FOR_BRANCHES:
                return
            if _reaches(made, changes) and arm in found.arms:
                break


def _aimed_changes(found: Found, base: Constructed, names: tuple[str, ...], arm: int) -> Iterator[Changes]:
    condition = found.condition(arm)
    held = dict(places_of(base.arguments)) | _left_out(found, base)
    numbers = tuple(dict.fromkeys(value for value in held.values() if type(value) is int))
    for place, value in held.items():
        if last_name(place) in names and condition is not None:
            yield from ({place: other} for other in aimed_arguments(value, condition, numbers))


def _factors(found: Found, base: Constructed) -> Iterator[tuple[Changes, ...]]:
    """What can be otherwise, each with its other levels: all sizes together, then every switch and choice."""
    held = dict(places_of(base.arguments))
    facts = found.search.facts
    yield tuple(_sizes(held, base.plan))
    for place, value in (held | _left_out(found, base)).items():
        name = last_name(place)
        if isinstance(value, bool):
            yield ({place: not value},)
        elif isinstance(value, str) and name in facts.choices:
            yield tuple({place: text} for text in facts.choices[name] if text != value)
        elif value is None:
            yield ({place: _given(found, name)},)
        elif name in facts.nullable:
            yield ({place: None},)


def _left_out(found: Found, base: Constructed) -> dict[str, CaseValue]:
    """Defaults of what the construction does not give."""
    parameters = parameters_of(found.definition).items()
    return {
        name: parameter.default
        for name, parameter in parameters
        if name not in base.arguments
        and parameter.kind not in VARIADIC
        and (parameter.default is None or isinstance(parameter.default, bool | int | float | str))
    }


def _sizes(held: Mapping[str, CaseValue], plan: int) -> Iterator[Changes]:
    """Counts and widths of one, and one width for all, a power of two."""
    numbers = {place: value for place, value in held.items() if type(value) is int and value > 1}
    widths = {place: value for place, value in numbers.items() if value in WIDTHS[plan % len(WIDTHS)]}
    if numbers:
        yield dict.fromkeys(numbers, 1)
    if len(set(widths.values())) > 1:
        yield dict.fromkeys(widths, _POWER)


def _widths(arguments: Mapping[str, CaseValue], widths: tuple[int, ...]) -> dict[str, int]:
    return {place: value for place, value in places_of(arguments) if type(value) is int and value in widths}


def _given(found: Found, name: str) -> CaseValue:
    """A value for an argument that may be left out: the first width, which most often must agree."""
    parameter = parameters_of(found.definition).get(name)
    width = found.runner.dims.get("D", 24)
    annotation = inspect.Parameter.empty if parameter is None else parameter.annotation
    return Sizes((width,), dropout=_DROPOUT).value(name, annotation, found.search.facts)
