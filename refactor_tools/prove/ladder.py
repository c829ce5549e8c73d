"""Climbs the ladder for one original: collects what settings, calls and modes show, and reads the verdict from it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from refactor_tools.model.proofs import (
    ALL_BRANCHES,
    SAME_OPERATIONS,
    Check,
    OriginalProof,
    Verdict,
)
from refactor_tools.prove.adapting import Subject
from refactor_tools.prove.algebra import compare_close, compare_close_training
from refactor_tools.prove.bits import compare_bits, compare_training, trains
from refactor_tools.prove.coverage import Coverage, lines_of
from refactor_tools.prove.operations import digest
from refactor_tools.prove.pairs import LegacyError, Pair, pair_up
from refactor_tools.prove.paths import compare_path
from refactor_tools.prove.runs import MODES, Mode
from refactor_tools.prove.scenarios import Scenario, Setting

EQUAL_BITS = "equal bits"


@dataclass(slots=True)
class Evidence:
    """What was found so far.

    `paths` holds a root per path, `unproven` the first operation that differs on any, `inexact` the first bits that do
    where rounding explains them.
    """

    checks: list[Check] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    unproven: str = ""
    nondeterministic: str = ""
    inexact: str = ""
    exact: bool = False

    @property
    def failed(self) -> bool:
        return any(check.passed is False for check in self.checks)


def climb(subject: Subject, settings: Iterable[Setting], *, stop_early: bool = False, exact: bool = False) -> Evidence:
    """Compare both sides in all `settings`.

    With `stop_early`, the first failed check ends it; with `exact`, unequal bits fail however close they are.

    Raises:
        LegacyError: the original cannot be built, or no call of it ends without an exception.
        ComponentError: the component cannot be built.
    """
    evidence = Evidence(exact=exact)
    for setting in settings:
        pair = pair_up(subject, setting)
        evidence.checks += [_placed(check, setting.label) for check in pair.checks]
        evidence.paths.append(pair.root)
        if pair.comparable and not (stop_early and evidence.failed):
            _run_all(evidence, pair, setting, stop_early)
        if stop_early and evidence.failed:
            break
    return evidence


def _run_all(evidence: Evidence, pair: Pair, setting: Setting, stop_early: bool) -> None:
    errors, ran = [], []
    for scenario in setting.scenarios:
        for mode in MODES:
            error = _run(evidence, pair, f"{setting.label}, {scenario.label}, {mode.name}", scenario, mode)
            if not scenario.edge:
                errors += [error] if error else []
                ran += [] if error else [(scenario, mode)]
            if stop_early and evidence.failed:
                return
    if errors and not ran:
        raise LegacyError(f"the original cannot be run: {errors[0]}")
    _train(evidence, pair, [scenario for scenario, mode in ran if mode.training])


def _run(evidence: Evidence, pair: Pair, place: str, scenario: Scenario, mode: Mode) -> str:
    """Compare one call; returns what the original raised."""
    path = compare_path(pair.original, pair.component, scenario, mode)
    evidence.paths.append(path.root)
    if path.difference and not evidence.unproven:
        evidence.unproven = f"{place}: {path.difference}"
    bits = compare_bits(pair.original, pair.component, scenario, mode)
    if bits.nondeterministic:
        evidence.nondeterministic = evidence.nondeterministic or f"{place}: {bits.nondeterministic}"
    elif not bits.difference:
        evidence.checks.append(Check(EQUAL_BITS, True))
    else:
        _judge(evidence, pair, place, scenario, mode, bits.difference)
    return bits.error


def _judge(evidence: Evidence, pair: Pair, place: str, scenario: Scenario, mode: Mode, difference: str) -> None:
    """Whether rounding explains that bits differ."""
    far = difference if evidence.exact else compare_close(pair.original, pair.component, scenario, mode)
    if far:
        detail = f"{difference}; {far}" if far.endswith("float64") else difference
        evidence.checks.append(Check(EQUAL_BITS, False, f"{place}: {detail}"))
    else:
        evidence.inexact = evidence.inexact or f"{place}: {difference}"


def _train(evidence: Evidence, pair: Pair, scenarios: list[Scenario]) -> None:
    if not scenarios or not trains(pair.original.make()):
        evidence.checks.append(Check("training steps", None, "nothing to train"))
    elif not evidence.nondeterministic and not evidence.failed:
        compare = compare_close_training if evidence.inexact else compare_training
        difference = compare(pair.original, pair.component, scenarios[0])
        evidence.checks.append(Check("training steps", not difference, difference))


def root_of(paths: list[str]) -> str:
    """The root over the structures and paths of all constructions, in the case's order."""
    return digest(*paths) if paths else ""


def conclude(identity: str, evidence: Evidence, coverage: Coverage | None) -> OriginalProof:
    """The strongest rung that every path reaches."""
    checks = merge([*evidence.checks, *_rungs(evidence, coverage)])
    if evidence.inexact:
        checks = tuple(_somewhere(check) for check in checks)
    verdict, reason = _verdict(evidence, coverage, checks)
    return OriginalProof(identity, verdict, checks, root_of(evidence.paths), str(coverage) if coverage else "", reason)


def _rungs(evidence: Evidence, coverage: Coverage | None) -> list[Check]:
    """What tells PROVED_ON_PATHS from BIT_EQUAL; missing it is no failure."""
    same = Check(SAME_OPERATIONS, None if evidence.unproven else True, evidence.unproven)
    missing = ", ".join(lines_of(coverage)) if coverage else "could not be measured"
    branches = Check(ALL_BRANCHES, True if coverage and coverage.complete else None, missing)
    steady = Check("deterministic", None if evidence.nondeterministic else True, evidence.nondeterministic)
    close = [Check("equal up to rounding", True, evidence.inexact)] if evidence.inexact else []
    return [same, branches, steady, *close]


def _verdict(evidence: Evidence, coverage: Coverage | None, checks: tuple[Check, ...]) -> tuple[Verdict, str]:
    failed = [check for check in checks if check.passed is False]
    if failed:
        reason = f"{failed[0].name}: {failed[0].detail}"
        place, _, told = evidence.unproven.partition(": ")
        return "DIFFERENT", f"{reason}; {told if place in reason else evidence.unproven}" if told else reason
    if evidence.unproven and evidence.nondeterministic:
        return "DIFFERENT", f"{evidence.unproven}; its bits cannot be compared: {evidence.nondeterministic}"
    if evidence.inexact:
        return "CLOSE", f"equal but for rounding: {evidence.inexact}; {evidence.unproven}"
    if evidence.unproven:
        return "BIT_EQUAL", evidence.unproven
    if coverage is None or not coverage.complete:
        missing = f": {', '.join(lines_of(coverage))}" if coverage else " is not known"
        return "BIT_EQUAL", f"not every branch of the original's forward was reached{missing}"
    return "PROVED_ON_PATHS", ""


def merge(checks: Iterable[Check]) -> tuple[Check, ...]:
    """One check per name, in the order of appearance: failed if one failed, passed if one passed."""
    merged: dict[str, Check] = {}
    for check in checks:
        held = merged.get(check.name)
        if held is None or (held.passed is not False and check.passed is not None and check.passed != held.passed):
            merged[check.name] = check
    return tuple(merged.values())


def _somewhere(check: Check) -> Check:
    """Bits that are equal in some runs only are no passed check."""
    return replace(check, passed=None) if check.name == EQUAL_BITS and check.passed else check


def _placed(check: Check, place: str) -> Check:
    return Check(check.name, check.passed, f"{place}: {check.detail}" if check.detail else "")
