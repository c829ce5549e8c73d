"""The rung PROVED_ON_PATHS: every path that the cases reach computes the same operations on the same operands."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from refactor_tools.prove.operations import digest
from refactor_tools.prove.runs import Mode, Run, Side, execute
from refactor_tools.prove.scenarios import Scenario
from refactor_tools.prove.trace import Operation, Trace


@dataclass(frozen=True, slots=True)
class PathResult:
    """One path on both sides. `root` is the component's; `difference` is "" where the original's is the same."""

    root: str
    difference: str = ""


def compare_path(original: Side, component: Side, scenario: Scenario, mode: Mode) -> PathResult:
    """Trace both sides through one call: outputs, gradients, state and input changes, and the random stream."""
    left, left_operations = traced(original, scenario, mode)
    right, right_operations = traced(component, scenario, mode)
    root = _root(right)
    if left.error != right.error:
        return PathResult(root, left.difference(right))
    names = {**left.tokens, **right.tokens}
    unequal = [name for name in names if left.tokens.get(name) != right.tokens.get(name)]
    if not unequal:
        return PathResult(root)
    where = first_divergence(left_operations, right_operations)
    return PathResult(root, f"{unequal[0]} is computed otherwise{': ' + where if where else ''}")


def path_root(component: Side, scenario: Scenario, mode: Mode) -> str:
    """The root of one path of the component, without the original."""
    run, _ = traced(component, scenario, mode)
    return _root(run)


def _root(run: Run) -> str:
    return digest(sorted(run.tokens.items()), run.error)


def first_divergence(original: Sequence[Operation], component: Sequence[Operation]) -> str:
    """The first operation of each side that the other does not have, with its source line."""
    ours, theirs = diverging(original, component)
    if ours is not None and theirs is not None:
        return f"the original has {original[ours]}, the component {component[theirs]}"
    if ours is not None:
        return f"only the original has {original[ours]}"
    return f"only the component has {component[theirs]}" if theirs is not None else ""


def diverging(original: Sequence[Operation], component: Sequence[Operation]) -> tuple[int | None, int | None]:
    """The place of each side's first operation that the other does not have.

    An operation's hash covers its operands, so that the first one without a counterpart is where the computations part.
    Those that no line of either side asked for, such as this package's own, count only where there are no others; and
    that another weight is transposed says less than what it is then multiplied with.
    """
    counts = [Counter(operation.token for operation in side) for side in (original, component)]
    ours = list(_without_counterpart(original, counts[1]))
    theirs = list(_without_counterpart(component, counts[0]))
    for telling in (_asked_for, _computing):
        kept = (
            [place for place in ours if telling(original[place])],
            [place for place in theirs if telling(component[place])],
        )
        ours, theirs = kept if any(kept) else (ours, theirs)
    first, second = next(iter(ours), None), next(iter(theirs), None)
    if first is not None and second is not None and original[first].backward != component[second].backward:
        # All that the other side does on the way forward has a counterpart.
        return (None, second) if original[first].backward else (first, None)
    return first, second


def _asked_for(operation: Operation) -> bool:
    return operation.line != ""


def _computing(operation: Operation) -> bool:
    return operation.name != "aten.t.default"


def _without_counterpart(operations: Sequence[Operation], others: Counter[str]) -> Iterator[int]:
    left = Counter(others)
    for place, operation in enumerate(operations):
        left[operation.token] -= 1
        if left[operation.token] < 0:
            yield place


def traced(side: Side, scenario: Scenario, mode: Mode) -> tuple[Run, list[Operation]]:
    """One run of `side`, and the operations that it dispatched."""
    trace = Trace()
    return execute(side, scenario, mode, trace), trace.operations
