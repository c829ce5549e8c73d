"""A data flow as it is compared with others."""

from dataclasses import dataclass
from functools import cached_property

from refactor_tools.clones.forms import kind_of
from refactor_tools.clones.operations import weight_of


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
