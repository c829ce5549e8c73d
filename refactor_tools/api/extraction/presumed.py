"""Which copies are worth making the parts of: those that could be one component if all their parts became one."""

from collections.abc import Sequence
from dataclasses import dataclass

from refactor_tools.api.extraction.needs import Read
from refactor_tools.api.extraction.subsets import LeftOut, largest_group
from refactor_tools.model.outcomes import Refusal
from refactor_tools.settings import Settings
from refactor_tools.unify.describe import load_members
from refactor_tools.unify.plan import Candidate, unify


@dataclass(frozen=True, slots=True)
class Presumed:
    """A candidate that rests on parts which are not there yet."""

    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Promising:
    """Members (ids) that may go together, and the others with what stands in their way, whatever the parts become."""

    members: tuple[str, ...]
    left_out: LeftOut = ()


def promising(members: Sequence[str], read: Read, settings: Settings) -> Promising:
    """The largest group of `members` that a plan was found for; all of them where there is none.

    Raises:
        RefactorError: a member's file cannot be read.
    """

    def planned(some: Sequence[str]) -> Presumed | Refusal:
        limits = {"max_parameters": settings.max_parameters, "max_branches": settings.max_branches}
        found = unify(load_members(some, read), **limits, presume=True)
        return found if isinstance(found, Refusal) else Presumed(found)

    if len(members) < 3:
        return Promising(tuple(members))
    whole = planned(members)
    if not isinstance(whole, Refusal):
        return _of(whole, members)
    group = largest_group(members, planned)
    if group is None:
        return Promising(tuple(members))
    reasons = dict(group.left_out)
    return Promising(group.members, tuple((one, reasons.get(one) or whole.reason) for one in members if one in reasons))


def _of(found: Presumed, members: Sequence[str]) -> Promising:
    left_out = found.candidate.left_out
    apart = {identity for identity, _ in left_out}
    return Promising(tuple(member for member in members if member not in apart), left_out)
