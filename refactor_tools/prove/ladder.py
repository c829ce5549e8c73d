"""Climbs the ladder for one original: collects what settings, calls and modes show, and reads the verdict from it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from refactor_tools.model.proofs import ALL_BRANCHES, SAME_OPERATIONS, Case, Check, OriginalProof, Verdict
from refactor_tools.prove.adapting import Subject
from refactor_tools.prove.bits import compare_bits, compare_training, trains
from refactor_tools.prove.coverage import Coverage, lines_of
from refactor_tools.prove.operations import digest
from refactor_tools.prove.pairs import LegacyError, Pair, pair_up
from refactor_tools.prove.paths import compare_path
from refactor_tools.prove.runs import MODES, Mode
from refactor_tools.prove.scenarios import Scenario, Setting, settings_of


@dataclass(slots=True)
class Evidence:
    """What was found so far. `paths` holds a root per path, `unproven` the first operation that differs on any."""

    checks: list[Check] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    unproven: str = ""
    nondeterministic: str = ""

    @property
    def failed(self) -> bool:
        return any(check.passed is False for check in self.checks)

    @property
    def root(self) -> str:
        return digest(*self.paths) if self.paths else ""


def climb(subject: Subject, case: Case, *, stop_early: bool = False) -> Evidence:
    """Compare both sides wherever `case` leads. With `stop_early`, the first failed check ends it.

    Raises:
        LegacyError: the original cannot be built, or no call of it ends without an exception.
        ComponentError: the component cannot be built.
    """
    evidence = Evidence()
    for setting in settings_of(case, subject.names):
        pair = pair_up(subject, setting)
        evidence.checks += [_placed(check, setting.label) for check in pair.checks]
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
    else:
        detail = f"{place}: {bits.difference}" if bits.difference else ""
        evidence.checks.append(Check("equal bits", not bits.difference, detail))
    return bits.error


def _train(evidence: Evidence, pair: Pair, scenarios: list[Scenario]) -> None:
    if not scenarios or not trains(pair.original.make()):
        evidence.checks.append(Check("training steps", None, "nothing to train"))
    elif not evidence.nondeterministic and not evidence.failed:
        difference = compare_training(pair.original, pair.component, scenarios[0])
        evidence.checks.append(Check("training steps", not difference, difference))


def conclude(identity: str, evidence: Evidence, coverage: Coverage | None) -> OriginalProof:
    """The strongest rung that every path reaches."""
    checks = merge([*evidence.checks, *_rungs(evidence, coverage)])
    verdict, reason = _verdict(evidence, coverage, checks)
    return OriginalProof(identity, verdict, checks, evidence.root, str(coverage) if coverage else "", reason)


def _rungs(evidence: Evidence, coverage: Coverage | None) -> list[Check]:
    """What tells PROVED_ON_PATHS from BIT_EQUAL; missing it is no failure."""
    same = Check(SAME_OPERATIONS, None if evidence.unproven else True, evidence.unproven)
    missing = ", ".join(lines_of(coverage)) if coverage else "could not be measured"
    branches = Check(ALL_BRANCHES, True if coverage and coverage.complete else None, missing)
    steady = Check("deterministic", None if evidence.nondeterministic else True, evidence.nondeterministic)
    return [same, branches, steady]


def _verdict(evidence: Evidence, coverage: Coverage | None, checks: tuple[Check, ...]) -> tuple[Verdict, str]:
    failed = [check for check in checks if check.passed is False]
    if failed:
        reason = f"{failed[0].name}: {failed[0].detail}"
        return "DIFFERENT", f"{reason}; {evidence.unproven}" if evidence.unproven else reason
    if evidence.unproven and evidence.nondeterministic:
        return "DIFFERENT", f"{evidence.unproven}; its bits cannot be compared: {evidence.nondeterministic}"
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


def _placed(check: Check, place: str) -> Check:
    return Check(check.name, check.passed, f"{place}: {check.detail}" if check.detail else "")
