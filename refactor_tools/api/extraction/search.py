"""Generate and verify: the candidate for all copies first, then those for fewer; the first that is proven is kept."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from refactor_tools.api.extraction.component import Made
from refactor_tools.api.extraction.plans import Plan
from refactor_tools.api.extraction.subsets import Group, LeftOut, largest_group
from refactor_tools.api.extraction.verdicts import Unproven
from refactor_tools.model.explanations import Attempt
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.likeness import alike
from refactor_tools.unify.plan import Candidate

# A proof takes seconds for every copy. A family that needs more than this is better divided by a person.
MOST_PROOFS = 6


class Search:
    """Looks for the largest group of copies that one component is proven equal to.

    `planned` gives the candidate for a group, `make` writes it to the scratch copy and proves it, and takes back what
    it wrote where that fails. With `alone`, a single copy that is left may be moved as it is, if it could be proven.
    `candidate` is the last that was tried.
    """

    def __init__(
        self,
        planned: Callable[[Sequence[str]], Plan | Refusal],
        make: Callable[[Plan], Made | Unproven | Refusal],
        *,
        alone: bool = False,
    ) -> None:
        self.planned, self.make, self.alone = planned, make, alone
        self.attempts: list[Attempt] = []
        self.candidate: Candidate | None = None

    def run(self, members: Sequence[str], left_out: LeftOut = ()) -> Made | Refusal:
        """The component with the members that were left out, or the last reason why there is none.

        `left_out` are those that nobody needs to try.
        """
        left, dropped = tuple(members), dict(left_out)
        for _ in range(MOST_PROOFS):
            group = self._group(left)
            if isinstance(group, Refusal):
                return group
            made = self.make(group.plan)
            self._tried(group.plan, made)
            if isinstance(made, Made):
                return self._with_left_out(made, (*group.left_out, *dropped.items()))
            if isinstance(made, Refusal):
                return made
            reasons = _dropped(group.plan, made)
            dropped |= reasons
            left = tuple(member for member in left if member not in reasons)
            if len(left) < 2 and not (self.alone and set(left) & set(made.passed)):
                return made.refusal
        return Refusal(
            f"not proven equal in {MOST_PROOFS} attempts", tuple((*row, "left out") for row in dropped.items())
        )

    def _group(self, members: tuple[str, ...]) -> Group[Plan] | Refusal:
        plan = self.planned(members)
        if isinstance(plan, Plan):
            return Group(plan, tuple(member.id for member in plan.candidate.members), plan.candidate.left_out)
        self.attempts.append(Attempt(members, reason=plan.reason))
        return (largest_group(members, self.planned) if len(members) > 2 else None) or plan

    def _tried(self, plan: Plan, made: Made | Unproven | Refusal) -> None:
        self.candidate = candidate = plan.candidate
        self.attempts.append(
            Attempt(
                members=tuple(member.id for member in candidate.members),
                parameters=tuple(
                    item.name for item in candidate.parameters if item.holes or len(candidate.members) > 1
                ),
                verdict=_verdict(made),
                reason=made.reason if isinstance(made, Refusal) else "",
                failed=made.failed if isinstance(made, Unproven) else (),
            )
        )

    def _with_left_out(self, made: Made, left_out: Sequence[tuple[str, str]]) -> Made:
        component = replace(made.component, left_out=tuple(left_out), attempts=tuple(self.attempts))
        return replace(made, component=component)


def _verdict(made: Made | Unproven | Refusal) -> str:
    if isinstance(made, Made):
        return made.component.verdict
    return made.refusal.reason.rpartition(": ")[2] if isinstance(made, Unproven) else ""


def _dropped(plan: Plan, unproven: Unproven) -> dict[str, str]:
    """The members to go on without, and why.

    Those that cannot be compared with any component go at once, and so do those that differ where others do not. Where
    hardly any is proven, the candidate is wrong for all of them: the one least like the first goes, and the rest gives
    another candidate.
    """
    reasons = {identity: f"{verdict}: {reason}" for identity, verdict, reason in unproven.failed}
    if unproven.not_comparable:
        return {identity: reasons[identity] for identity in unproven.not_comparable}
    if len(unproven.passed) > 1 or len(reasons) == 1:
        return reasons
    medoid, *others = plan.candidate.members
    least = min((one for one in reversed(others) if one.id in reasons), key=lambda one: alike(medoid.node, one.node))
    return {least.id: reasons[least.id]}
