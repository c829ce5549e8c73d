"""What children do for an original that is DIFFERENT: describe where it parts, bisect, shrink the case.

Each has a child of its own, so that what hangs or ends in one leaves what the others found.
"""

from refactor_tools.certificates.cases import cases_text
from refactor_tools.model.divergences import Divergence
from refactor_tools.model.proofs import Case
from refactor_tools.prove.adapting import Subject
from refactor_tools.prove.assignments import Assignment
from refactor_tools.prove.bisection import bisect
from refactor_tools.prove.divergence import divergence_of
from refactor_tools.prove.examine import load
from refactor_tools.prove.mismatches import TRAINING, Mismatch, first_mismatch
from refactor_tools.prove.pairs import ComponentError, LegacyError, Pair, pair_up
from refactor_tools.prove.role_check import check_roles
from refactor_tools.prove.shrinking import shrink


def describe(assignment: Assignment) -> Divergence | None:
    """Where and how the sides part; None where nothing that can be run here differs."""
    found = _found(assignment)
    if found is None:
        return None
    subject, mismatch = found
    return divergence_of(mismatch, _pair(subject, mismatch))


def roles(assignment: Assignment) -> str:
    """Parameters that play each other's parts, or the key map that their roles propose; "" for neither."""
    found = _found(assignment)
    return check_roles(found[0], found[1].setting) if found and found[0].kind == "class" else ""


def bisected(assignment: Assignment) -> tuple[tuple[str, ...], str]:
    """The submodules that make the difference, and a sentence on it."""
    found = _found(assignment)
    if found is None or found[0].kind == "function":
        return (), ""
    subject, mismatch = found
    pair = _pair(subject, mismatch)
    if pair is None or mismatch.scenario is None or mismatch.mode is None or mismatch.check == TRAINING:
        return (), ""
    result = bisect(subject, pair, mismatch.setting, mismatch.scenario, mismatch.mode)
    return result.culprits, result.text


def shrunken(assignment: Assignment) -> tuple[str, str, str]:
    """The smallest case that shows the difference, as a case file has it, with the labels of its call and mode."""
    found = _found(assignment)
    if found is None:
        return "", "", ""
    subject, mismatch = found
    small = shrink(subject, assignment.original.case or Case(), mismatch)
    if small is None:
        return "", "", ""
    text = cases_text({assignment.original.id: small.case})
    return text, small.scenario, small.mode.name if small.mode else ""


def _found(assignment: Assignment) -> tuple[Subject, Mismatch] | None:
    try:
        subject = load(assignment)
        mismatch = first_mismatch(subject, assignment.original.case or Case())
    except (LegacyError, ComponentError):
        return None
    return (subject, mismatch) if mismatch else None


def _pair(subject: Subject, mismatch: Mismatch) -> Pair | None:
    try:
        return pair_up(subject, mismatch.setting)
    except ComponentError:
        return None
