"""Whether one data flow stands inside another: its steps and how they feed each other, around other steps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from refactor_tools.clones.flows import COMMUTATIVE
from refactor_tools.clones.forms import kind_of
from refactor_tools.clones.layers import UNKNOWN

# What a step says about a computation. Layers with parameters say most, sums and products little.
_LAYER, _NORM, _OPERATION, _ACTIVATION, _ARITHMETIC, _LITTLE = 6, 4, 4, 3, 2, 1
_ARITHMETICS = frozenset({"add", "sub", "mul", "div", "pow", "neg", "compare", "and", "or", "sqrt", "exp", "zeros"})
_WIRING = frozenset(
    {
        *("view", "reshape", "transpose", "permute", "unsqueeze", "squeeze", "expand", "expandas", "repeat", "flatten"),
        *("unflatten", "viewas", "item", "field", "chunk", "split", "unbind", "ones", "full", "arange", "clamp"),
        *(
            "zeroslike",
            "oneslike",
            "fulllike",
            "newzeros",
            "newones",
            "newtensor",
            "tensor",
            "astensor",
            "Rearrange",
            "Reduce",
        ),
        *("rearrange", "stack"),
    }
)
# A layer of the same kind in the same place, as a copy may have it.
_SAME_KIND = 0.5


@lru_cache(maxsize=1 << 14)
def weight_of(label: str) -> int:
    """The weight of a step."""
    if label == UNKNOWN or label in _WIRING:
        return _LITTLE
    if label in _ARITHMETICS:
        return _ARITHMETIC
    kind = kind_of(label)
    if kind == "dropout":
        return _LITTLE
    if kind == "activation":
        return _ACTIVATION
    return _NORM if kind == "norm" else _LAYER if label[:1].isupper() else _OPERATION


@lru_cache(maxsize=1 << 16)
def _alike(left: str, right: str) -> float:
    """How far a step stands for another one, from 0 to 1."""
    if left == right:
        return float(left != UNKNOWN)
    kind = kind_of(left)
    return _SAME_KIND if kind == kind_of(right) and (kind != left or kind == "activation") else 0.0


@dataclass(frozen=True)
class Steps:
    """A flow's steps: labels, operands (numbers of steps; inputs as -1, -2, ...), and the step that is returned."""

    labels: tuple[str, ...]
    operands: tuple[tuple[int, ...], ...]
    returned: int

    @classmethod
    def of(cls, text: str) -> "Steps":
        """The steps of `Flow.steps`."""
        *steps, returned = text.split(" ")
        split = [step.partition(":") for step in steps]
        operands = tuple(tuple(map(_operand, of.split(","))) for _, _, of in split)
        return cls(tuple(label for label, _, _ in split), operands, int(returned[1:] or -1))

    @cached_property
    def needed(self) -> frozenset[int]:
        """The steps that the returned one depends on, itself included."""
        found: set[int] = set()
        pending = [self.returned] if self.returned >= 0 else []
        while pending:
            step = pending.pop()
            if step not in found:
                found.add(step)
                pending += [operand for operand in self.operands[step] if operand >= 0]
        return frozenset(found)

    @cached_property
    def consumers(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for step, operands in enumerate(self.operands):
            for operand in operands:
                found.setdefault(operand, []).append(step)
        return found

    @cached_property
    def weights(self) -> tuple[int, ...]:
        return tuple(map(weight_of, self.labels))

    @cached_property
    def weight(self) -> int:
        return sum(self.weights[step] for step in self.needed)

    @cached_property
    def core(self) -> int:
        """The returned step without the dropouts around it."""
        return self.source(self.returned)

    @cached_property
    def edges(self) -> frozenset[tuple[str, str]]:
        """What kinds of steps feed each other, dropouts aside."""
        return frozenset(
            (kind_of(self.labels[step]), kind_of(self.labels[source]))
            for step, operands in enumerate(self.operands)
            if step not in self.dropouts
            for source in map(self.source, operands)
            if source >= 0
        )

    @cached_property
    def dropouts(self) -> frozenset[int]:
        return frozenset(step for step, label in enumerate(self.labels) if kind_of(label) == "dropout")

    def source(self, operand: int) -> int:
        """The operand, or what dropouts before it work on."""
        while operand in self.dropouts:
            operand = self.operands[operand][0]
        return operand


def _operand(text: str) -> int:
    return -1 - int(text[1:]) if text[0] == "x" else int(text)


@dataclass(frozen=True, slots=True)
class Place:
    """The steps of the larger flow that stand for the smaller one, and what share of its weight they are."""

    steps: frozenset[int]
    share: float


def places(small: Steps, large: Steps, least: float) -> Iterator[Place]:
    """Where `small` stands in `large` with at least that share of its weight, the first steps first."""
    core = small.labels[small.core]
    for step, label in enumerate(large.labels):
        if label == core or _alike(core, label):
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
            alike = _alike(self.small.labels[ours], self.large.labels[theirs])
            if not alike:
                if first:
                    return False
                continue
            first = False
            self.steps[ours] = theirs
            self.total += alike * self.small.weights[ours]
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
        return 0.0 if theirs < 0 else 1.5 * _alike(self.small.labels[ours], self.large.labels[theirs])
