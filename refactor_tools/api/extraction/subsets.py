"""Which copies can be planned as one component where not all of them can."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.plan import Candidate

LeftOut = tuple[tuple[str, str], ...]

# A plan takes a fraction of a second, and dozens of copies can be divided in more ways than anyone would wait for.
MOST_PLANS = 60


class Planned(Protocol):
    """A plan for some members."""

    @property
    def candidate(self) -> Candidate:
        """What would become of them."""
        ...


P = TypeVar("P", bound=Planned)


@dataclass(frozen=True, slots=True)
class Group(Generic[P]):
    """The members (ids) of one plan; `left_out` are the others, and why."""

    plan: P
    members: tuple[str, ...]
    left_out: LeftOut


def largest_group(
    members: Sequence[str], planned: Callable[[Sequence[str]], P | Refusal], most: int = MOST_PLANS
) -> Group[P] | None:
    """The largest group of `members` that was found to go together, the earliest among equals.

    Each member in turn starts a group, to which the others are added one after another where they fit; `most` limits
    the number of plans that are made.
    """
    budget = iter(range(most))
    best: Group[P] | None = None
    for first in members:
        found = _grown(first, [member for member in members if member != first], planned, budget)
        if found is not None and (best is None or len(found.members) > len(best.members)):
            best = found
    return best


def _grown(
    first: str, others: Sequence[str], planned: Callable[[Sequence[str]], P | Refusal], budget: Iterator[int]
) -> Group[P] | None:
    group: tuple[str, ...] = (first,)
    left_out: list[tuple[str, str]] = []
    plan: P | None = None
    for other in others:
        found = planned((*group, other)) if next(budget, None) is not None else _NOT_TRIED
        reason = _misfit(found)
        if isinstance(found, Refusal) or reason:
            left_out.append((other, reason))
        else:
            group, plan = (*group, other), found
    return None if plan is None else Group(plan, group, tuple(left_out))


def _misfit(found: Planned | Refusal) -> str:
    """Why the last member does not fit, "" where it does."""
    if isinstance(found, Refusal):
        return found.reason
    return next((reason for _, reason in found.candidate.left_out), "")


_NOT_TRIED = Refusal("not tried: there are too many ways to divide the copies")
