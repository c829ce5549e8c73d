"""Shrinks a failing case: the simplest mode, the fewest arguments, the smallest sizes that still show the difference.

Greedy: a step is kept where the same difference remains (`Mismatch.same_as`), and steps are tried again until none
helps or the allowed number of runs is used up. Sizes that are equal shrink together, the constructor's among them,
because a width in the constructor and the inputs' last axis are one number to the code.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from refactor_tools.model.proofs import Call, Case, CaseValue, Construction, Named, TensorSpec
from refactor_tools.prove.adapting import Subject
from refactor_tools.prove.mismatches import (
    CONSTRUCTION,
    TRAINING,
    Mismatch,
    mismatch_of_run,
    mismatch_of_structure,
    mismatch_of_training,
)
from refactor_tools.prove.pairs import pair_up
from refactor_tools.prove.runs import MODES, Mode
from refactor_tools.prove.scenarios import settings_of

_RUNS = 80
_Resize = Callable[[int], int | None]


@dataclass(frozen=True, slots=True)
class Shrunken:
    """One construction and at most one call of it, which show the difference in `mode`.

    `scenario` is the label of the call, or of an edge of it. Structural differences have neither call nor mode, and
    those that training shows no mode.
    """

    construction: Construction
    scenario: str = ""
    mode: Mode | None = None

    @property
    def case(self) -> Case:
        return Case((self.construction,))


def shrink(subject: Subject, case: Case, mismatch: Mismatch, runs: int = _RUNS) -> Shrunken | None:
    """The smallest case found that shows what `mismatch` shows of `case`.

    None where a single construction does not show it by itself. At most `runs` cases are tried.
    """
    tries = _Tries(subject, mismatch, runs)
    for start in _starts(case, mismatch):
        if tries.shows(start):
            return _shrunken(start, tries)
    return None


@dataclass(slots=True)
class _Tries:
    subject: Subject
    mismatch: Mismatch
    left: int
    seen: set[str] = field(default_factory=set)

    def shows(self, candidate: Shrunken) -> bool:
        """Whether the candidate shows the same difference. Cases that cannot be made or run show nothing."""
        if self.left <= 0 or repr(candidate) in self.seen:
            return False
        self.left -= 1
        self.seen.add(repr(candidate))
        try:
            return self.mismatch.same_as(_look(self.subject, candidate, self.mismatch))
        except Exception:  # noqa: BLE001 - sizes that do not fit each other fail in as many ways as there is code
            return False


def _look(subject: Subject, candidate: Shrunken, mismatch: Mismatch) -> Mismatch | None:
    (setting,) = settings_of(candidate.case)
    if mismatch.kind == "structure" or mismatch.check == CONSTRUCTION:
        return mismatch_of_structure(subject, setting)
    scenario = next(entry for entry in setting.scenarios if entry.label == candidate.scenario)
    pair = pair_up(subject, setting)
    if mismatch.check == TRAINING:
        return mismatch_of_training(pair, setting, scenario)
    return mismatch_of_run(pair, setting, scenario, candidate.mode or MODES[0])


def _starts(case: Case, mismatch: Mismatch) -> Iterator[Shrunken]:
    """The failing construction with the failing call alone, then with all its calls."""
    labels = [setting.label for setting in settings_of(case)]
    construction = case.constructions[labels.index(mismatch.setting.label)]
    if mismatch.scenario is None or mismatch.mode is None:
        yield Shrunken(replace(construction, calls=()))
        yield Shrunken(construction)
        return
    label, mode = mismatch.scenario.label, None if mismatch.check == TRAINING else mismatch.mode
    for number, call in enumerate(construction.calls):
        if mismatch.scenario.edge or label in (call.note, f"call {number}"):
            alone = replace(construction, calls=(call,))
            yield Shrunken(alone, label if mismatch.scenario.edge else _label(call), mode)
    yield Shrunken(construction, label, mode)


def _shrunken(held: Shrunken, tries: _Tries) -> Shrunken:
    """Each kind of step until it helps no more, the simplest first."""
    for smaller in (_simpler_modes, _without_edge, _fewer_arguments, _smaller_sizes):
        while found := next(filter(tries.shows, smaller(held)), None):
            held = found
    return held


def _simpler_modes(held: Shrunken) -> Iterator[Shrunken]:
    """Inference is simpler than evaluation, and that than training."""
    if held.mode is not None:
        for mode in reversed(MODES[MODES.index(held.mode) + 1 :]):
            yield replace(held, mode=mode)


def _without_edge(held: Shrunken) -> Iterator[Shrunken]:
    """The call itself in place of an edge of it."""
    for call in held.construction.calls[:1]:
        if held.scenario not in ("", _label(call)):
            yield replace(held, scenario=_label(call))


def _fewer_arguments(held: Shrunken) -> Iterator[Shrunken]:
    construction = held.construction
    if len(construction.calls) == 1:
        (call,) = construction.calls
        for fewer in _without_one(call.arguments):
            yield replace(held, construction=replace(construction, calls=(replace(call, arguments=fewer),)))
    for fewer in _without_one(construction.arguments):
        yield replace(held, construction=replace(construction, arguments=fewer))


def _without_one(arguments: Mapping[str, CaseValue]) -> Iterator[dict[str, CaseValue]]:
    for name in arguments:
        yield {other: value for other, value in arguments.items() if other != name}


def _smaller_sizes(held: Shrunken) -> Iterator[Shrunken]:
    """All sizes halved; all equal ones 1, 2 or halved; those of one letter, or of one argument, alone; then those of
    one letter with the constructor's, of which they may be a multiple."""
    construction = held.construction
    sizes = sorted({size for size in (*construction.dims.values(), *_numbers(construction.arguments)) if size > 1})
    if sizes:
        yield replace(held, construction=_resized(construction, lambda size: max(size // 2, 1)))
    for size in reversed(sizes):
        for less in _less(size):
            yield replace(held, construction=_resized(construction, {size: less}.get))
    for symbol, size in construction.dims.items():
        for less in _less(size):
            yield replace(held, construction=replace(construction, dims={**construction.dims, symbol: less}))
    for name, value in construction.arguments.items():
        if isinstance(value, int) and not isinstance(value, bool):
            for less in _less(value):
                arguments = {**construction.arguments, name: less}
                yield replace(held, construction=replace(construction, arguments=arguments))
    halved = _resized_values(construction.arguments, lambda size: max(size // 2, 1))
    for symbol, size in construction.dims.items():
        if size > 1 and halved != construction.arguments:
            dims = {**construction.dims, symbol: size // 2}
            yield replace(held, construction=replace(construction, arguments=halved, dims=dims))


def _less(size: int) -> list[int]:
    return sorted({less for less in (1, 2, size // 2) if less < size}) if size > 1 else []


def _resized(construction: Construction, resize: _Resize) -> Construction:
    """`construction` with every size put through `resize`, wherever it stands; None leaves it as it is."""
    dims = {name: _other(size, resize) for name, size in construction.dims.items()}
    calls = tuple(replace(call, arguments=_resized_values(call.arguments, resize)) for call in construction.calls)
    return Construction(_resized_values(construction.arguments, resize), dims, calls)


def _resized_values(values: Mapping[str, CaseValue], resize: _Resize) -> dict[str, CaseValue]:
    return {name: _resized_value(value, resize) for name, value in values.items()}


def _resized_value(value: CaseValue, resize: _Resize) -> CaseValue:
    if isinstance(value, TensorSpec):
        shape = tuple(size if isinstance(size, str) else _other(size, resize) for size in value.shape)
        high = _other(value.high, resize) if isinstance(value.high, int) else value.high
        return replace(value, shape=shape, high=high)
    if isinstance(value, Named):
        return value if value.arguments is None else Named(value.name, _resized_values(value.arguments, resize))
    if isinstance(value, Mapping):
        return _resized_values(value, resize)
    if isinstance(value, tuple):
        return tuple(_resized_value(entry, resize) for entry in value)
    return _other(value, resize) if isinstance(value, int) and not isinstance(value, bool) else value


def _other(size: int, resize: _Resize) -> int:
    resized = resize(size) if size > 0 else None
    return size if resized is None else resized


def _numbers(value: object) -> Iterator[int]:
    """The whole numbers in constructor arguments."""
    if isinstance(value, Named):
        yield from _numbers(value.arguments or {})
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from _numbers(entry)
    elif isinstance(value, tuple):
        for entry in value:
            yield from _numbers(entry)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value


def _label(call: Call) -> str:
    """How the only call of a construction is labelled."""
    return call.note or "call 0"
