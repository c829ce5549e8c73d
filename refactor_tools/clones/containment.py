"""Whether one data flow stands inside another: its steps and how they feed each other, around other steps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from refactor_tools.clones.operations import COMMUTATIVE, alike
from refactor_tools.clones.steps import Steps


@dataclass(frozen=True, slots=True)
class Place:
    """The steps of the larger flow that stand for the smaller one, and what share of its weight they are."""

    steps: frozenset[int]
    share: float


def places(small: Steps, large: Steps, least: float) -> Iterator[Place]:
    """Where `small` stands in `large` with at least that share of its weight, the first steps first."""
    core = small.labels[small.core]
    for step, label in enumerate(large.labels):
        if label == core or alike(core, label):
            fit = _Fit(small, large)
            fit.step(small.core, step)
            fit.dropouts(small.returned, step)
            share = fit.total / small.weight
            if share >= least and not fit.conflict:
                yield Place(frozenset(fit.steps.values()), share)


@dataclass(slots=True)
class _Fit:
    """A mapping of steps, grown from a pair of them to what they work on."""

    small: Steps
    large: Steps
    steps: dict[int, int] = field(default_factory=dict)
    inputs: dict[int, int] = field(default_factory=dict)
    total: float = 0.0
    conflict: bool = False

    def step(self, ours: int, theirs: int) -> bool:
        """Map `ours` on `theirs` with what both work on, if they do the same."""
        pending = [(ours, theirs)]
        first = True
        while pending:
            ours, theirs = pending.pop()
            if ours in self.steps:
                self.conflict |= self.steps[ours] != theirs
                continue
            share = alike(self.small.labels[ours], self.large.labels[theirs])
            if not share:
                if first:
                    return False
                continue
            first = False
            self.steps[ours] = theirs
            self.total += share * self.small.weights[ours]
            pending += self._paired(ours, theirs)
        return True

    def dropouts(self, ours: int, theirs: int) -> None:
        """Count the dropouts from `ours` on inwards that follow `theirs`."""
        while ours in self.small.dropouts:
            follower = next((step for step in self.large.consumers.get(theirs, ()) if step in self.large.dropouts), -1)
            if follower >= 0:
                self.steps[ours] = follower
                self.total += self.small.weights[ours]
            ours = self.small.operands[ours][0]

    def _paired(self, ours: int, theirs: int) -> Iterator[tuple[int, int]]:
        """What two equal steps work on, in pairs of steps; inputs are bound."""
        left, right = self.small.operands[ours], list(self.large.operands[theirs])
        if self.small.labels[ours] in COMMUTATIVE and len(left) == len(right) == 2:
            right = self._ordered(left, right)
        for operand, other in zip(left, right, strict=False):
            yield from self._operand(operand, other)

    def _operand(self, ours: int, theirs: int) -> Iterator[tuple[int, int]]:
        source, other = self.small.source(ours), self.large.source(theirs)
        if source < 0:
            self.conflict |= self.inputs.setdefault(source, other) != other
        elif other >= 0:
            dropped, twin = ours, theirs
            while dropped != source and twin != other:
                self.steps[dropped] = twin
                self.total += self.small.weights[dropped]
                dropped, twin = self.small.operands[dropped][0], self.large.operands[twin][0]
            # A dropout that the smaller flow lacks counts as much as one that the larger flow lacks.
            self.total -= self.large.weights[twin] * (twin != other)
            yield source, other

    def _ordered(self, left: Sequence[int], right: list[int]) -> list[int]:
        """The operands of a sum or product in the order in which they fit best."""
        straight = self._fits(left[0], right[0]) + self._fits(left[1], right[1])
        crossed = self._fits(left[0], right[1]) + self._fits(left[1], right[0])
        return right[::-1] if crossed > straight else right

    def _fits(self, ours: int, theirs: int) -> float:
        ours, theirs = self.small.source(ours), self.large.source(theirs)
        if ours < 0:
            known = self.inputs.get(ours)
            return 2.0 * (known == theirs) if known is not None else 0.5 * (theirs < 0)
        return 0.0 if theirs < 0 else 1.5 * alike(self.small.labels[ours], self.large.labels[theirs])
