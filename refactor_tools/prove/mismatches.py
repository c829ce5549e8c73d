"""Finds where in a case two sides part, and tells whether another case shows the same."""

from dataclasses import dataclass

from refactor_tools.model.divergences import DivergenceKind
from refactor_tools.model.proofs import Case
from refactor_tools.prove.adapting import Subject
from refactor_tools.prove.bits import compare_training, trains
from refactor_tools.prove.leaves import same_leaf
from refactor_tools.prove.pairs import ComponentError, Pair, pair_up
from refactor_tools.prove.paths import diverging, traced
from refactor_tools.prove.runs import MODES, Mode, Run, execute
from refactor_tools.prove.scenarios import Scenario, Setting, settings_of

TRAINING = "training steps"
CONSTRUCTION = "construction"
# Structural checks that explain what the runs then show; the others stand for themselves only where all runs agree.
_CAUSES = frozenset({"state keys", "kinds", "shapes and dtypes", "requires_grad", "tied parameters", "train and eval"})


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A difference at one place of a case, which is a setting and, but for structural ones, a call and a mode.

    Mismatches of one `kind` and `signature` are the same difference: the same check, the same exceptions, or the same
    operations that part.
    """

    kind: DivergenceKind
    signature: tuple[object, ...]
    detail: str
    setting: Setting
    check: str = ""
    scenario: Scenario | None = None
    mode: Mode | None = None

    def same_as(self, other: "Mismatch | None") -> bool:
        return other is not None and (self.kind, self.signature) == (other.kind, other.signature)


def first_mismatch(subject: Subject, case: Case) -> Mismatch | None:
    """What a person should look at first; None where nothing in the case shows a difference.

    Raises:
        LegacyError: the original cannot be built.
    """
    settings = settings_of(case)
    return next((found for setting in settings if (found := _in_setting(subject, setting))), None)


def mismatch_of_structure(subject: Subject, setting: Setting) -> Mismatch | None:
    """The structural check that explains most of those that fail, or the component's constructor."""
    found = _paired(subject, setting)
    return found if isinstance(found, Mismatch) else next(iter(_structural(found, setting)), None)


def mismatch_of_run(pair: Pair, setting: Setting, scenario: Scenario, mode: Mode) -> Mismatch | None:
    """What one call in one mode shows."""
    original, component = (execute(side, scenario, mode) for side in (pair.original, pair.component))
    detail = original.difference(component)
    if not detail:
        return None
    if original.error != component.error:
        signature: tuple[object, ...] = (original.error, component.error)
        return Mismatch("exception", signature, detail, setting, scenario=scenario, mode=mode)
    signature = _parting(pair, scenario, mode)
    if not signature:
        if original.difference(execute(pair.original, scenario, mode)):
            return None
        signature = (_first_name(original, component),)
    return Mismatch("values", signature, detail, setting, scenario=scenario, mode=mode)


def mismatch_of_training(pair: Pair, setting: Setting, scenario: Scenario) -> Mismatch | None:
    """What shows only after steps of an optimizer."""
    detail = compare_training(pair.original, pair.component, scenario) if trains(pair.original.make()) else ""
    if not detail:
        return None
    return Mismatch("values", (TRAINING,), detail, setting, TRAINING, scenario, MODES[0])


def _in_setting(subject: Subject, setting: Setting) -> Mismatch | None:
    pair = _paired(subject, setting)
    if isinstance(pair, Mismatch):
        return pair
    structural = _structural(pair, setting)
    if structural and structural[0].check in _CAUSES:
        return structural[0]
    for scenario in setting.scenarios:
        for mode in MODES:
            if found := mismatch_of_run(pair, setting, scenario, mode):
                return found
    if structural:
        return structural[0]
    calls = [scenario for scenario in setting.scenarios if not scenario.edge]
    return mismatch_of_training(pair, setting, calls[0]) if calls else None


def _paired(subject: Subject, setting: Setting) -> Pair | Mismatch:
    try:
        return pair_up(subject, setting)
    except ComponentError as error:
        signature = (CONSTRUCTION, type(error.__cause__).__name__)
        return Mismatch("exception", signature, str(error), setting, CONSTRUCTION)


def _structural(pair: Pair, setting: Setting) -> list[Mismatch]:
    """The structural checks that fail, causes first."""
    failed = [check for check in pair.checks if check.passed is False]
    failed.sort(key=lambda check: check.name not in _CAUSES)
    return [Mismatch("structure", (check.name,), check.detail, setting, check.name) for check in failed]


def _parting(pair: Pair, scenario: Scenario, mode: Mode) -> tuple[object, ...]:
    """The names of the operations that part, and whether backward."""
    _, original = traced(pair.original, scenario, mode)
    _, component = traced(pair.component, scenario, mode)
    places = zip((original, component), diverging(original, component), strict=True)
    named = [(side[at].name, side[at].backward) if at is not None else None for side, at in places]
    return tuple(named) if any(named) else ()


def _first_name(original: Run, component: Run) -> str:
    """The first value that differs, where all operations are the same: what Python computes without tensors."""
    ours, theirs = original.values, component.values
    names = (name for name in {**ours, **theirs} if not same_leaf(ours.get(name), theirs.get(name)))
    return next(names, "the state of the process")
