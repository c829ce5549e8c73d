"""The rung PROVED_ON_PATHS: every path that the cases reach computes the same operations on the same operands."""

from collections import Counter
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
    left, left_operations = _traced(original, scenario, mode)
    right, right_operations = _traced(component, scenario, mode)
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
    run, _ = _traced(component, scenario, mode)
    return _root(run)


def first_divergence(original: list[Operation], component: list[Operation]) -> str:
    """The first operation of each side that the other does not have, with its source line.

    An operation's hash covers its operands, so that the first one without a counterpart is where the computations part.
    """
    ours = _first_without(original, Counter(operation.token for operation in component))
    theirs = _first_without(component, Counter(operation.token for operation in original))
    if ours and theirs:
        return f"the original has {ours}, the component {theirs}"
    if ours:
        return f"only the original has {ours}"
    return f"only the component has {theirs}" if theirs else ""


def _first_without(operations: list[Operation], others: Counter[str]) -> Operation | None:
    for operation in operations:
        others[operation.token] -= 1
        if others[operation.token] < 0:
            return operation
    return None


def _root(run: Run) -> str:
    return digest(sorted(run.tokens.items()), run.error)


def _traced(side: Side, scenario: Scenario, mode: Mode) -> tuple[Run, list[Operation]]:
    trace = Trace()
    return execute(side, scenario, mode, trace), trace.operations
