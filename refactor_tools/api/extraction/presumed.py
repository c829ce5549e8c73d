"""Which copies may become one component, and what becomes of the parts that they build, before any of it is made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from refactor_tools.api.extraction.needs import Read, layers_of_its_tree
from refactor_tools.api.extraction.subsets import LeftOut, largest_group
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.outcomes import Refusal
from refactor_tools.settings import Settings
from refactor_tools.unify.describe import load_members
from refactor_tools.unify.injected import unify_injected
from refactor_tools.unify.plan import Candidate, unify


@dataclass(frozen=True, slots=True)
class Presumed:
    """A candidate that rests on parts which are not there yet."""

    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Promising:
    """Members (ids) that may go together, and the others with what stands in their way, whatever the parts become.

    `planned` is whether there is a plan for them. With `injected` the component is given the parts.
    """

    members: tuple[str, ...]
    left_out: LeftOut = ()
    planned: bool = False
    injected: bool = False


def ways(members: Sequence[str], read: Read, settings: Settings, analysis: Analysis) -> tuple[Promising, ...]:
    """How the members, which build modules of their tree, may become one component, the best first: the parts become
    components before it, or the component is given them. The way for more members is better, of equals the first.

    Raises:
        RefactorError: a member's file cannot be read.
    """
    limits = {"max_parameters": settings.max_parameters, "max_branches": settings.max_branches}

    def with_parts(some: Sequence[str]) -> Presumed | Refusal:
        return _presumed(unify(load_members(some, read), **limits, presume=True))

    def given_parts(some: Sequence[str]) -> Presumed | Refusal:
        loaded = load_members(some, read)
        return _presumed(unify_injected(loaded, [layers_of_its_tree(one, analysis) for one in loaded], **limits))

    found = (_largest(members, with_parts), replace(_largest(members, given_parts), injected=True))
    if not any(one.planned for one in found):
        return found[:1]
    return tuple(sorted((one for one in found if one.planned), key=lambda one: -len(one.members)))


def _presumed(found: Candidate | Refusal) -> Presumed | Refusal:
    return found if isinstance(found, Refusal) else Presumed(found)


def _largest(members: Sequence[str], planned: Callable[[Sequence[str]], Presumed | Refusal]) -> Promising:
    """The largest group of `members` that a plan was found for; all of them where there is none."""
    whole = planned(members)
    if not isinstance(whole, Refusal):
        left_out = whole.candidate.left_out
        apart = {identity for identity, _ in left_out}
        return Promising(tuple(one for one in members if one not in apart), left_out, planned=True)
    group = largest_group(members, planned) if len(members) > 2 else None
    if group is None:
        return Promising(tuple(members))
    reasons = dict(group.left_out)
    left_out = tuple((one, reasons.get(one) or whole.reason) for one in members if one in reasons)
    return Promising(group.members, left_out, planned=True)
