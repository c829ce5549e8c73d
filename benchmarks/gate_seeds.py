"""Whether the gate's verdict depends on the seed that weights, inputs and random generators come from.

    python -m benchmarks.gate_seeds [--seeds N] [--joint N] [--components N] [--jobs N]

Proves the originals of the bundled components that have the fewest, from N seeds each. What depends on values is run
from every seed: structure, operations on all paths, bits, training steps and branches. The joint graphs hold no values,
so that they are compared from the first --joint seeds alone.

Exit code 0; 1 where one original has two verdicts.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from benchmarks.gate_tasks import bundled
from benchmarks.tables import count, table
from refactor_tools.model.proofs import OriginalProof
from refactor_tools.prove.assignments import Assignment
from refactor_tools.prove.children import Limits, call
from refactor_tools.prove.gate import prove_original

_LIMITS = Limits()


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    rows, unsteady = [], []
    for component in sorted(bundled(), key=lambda entry: len(entry.task.originals))[: arguments.components]:
        for original in component.task.originals:
            assignments = [Assignment(component.task, original, seed=seed) for seed in range(arguments.seeds)]
            raised = verdicts(assignments[: arguments.joint], arguments.jobs, joint=True)
            every = verdicts(assignments, arguments.jobs, joint=False)
            name = f"{component.name} for {original.id}"
            print(name, file=sys.stderr)
            rows.append([name, count(len(assignments)), _shown(every), _shown(raised)])
            unsteady += [name] if len(every) > 1 or len(raised) > 1 else []
    print(table("Original", ["seeds", "verdicts", "with joint graphs"], rows))
    for name in unsteady:
        print(f"{name}: its verdict depends on the seed")
    return 1 if unsteady else 0


def verdicts(assignments: Sequence[Assignment], jobs: int, *, joint: bool) -> Counter[str]:
    """How often each verdict comes out."""
    with ThreadPoolExecutor(jobs) as pool:
        return Counter(pool.map(_raised if joint else _verdict, assignments))


def _raised(assignment: Assignment) -> str:
    return prove_original(assignment, _LIMITS)[0].verdict


def _verdict(assignment: Assignment) -> str:
    """The verdict without the joint graphs."""
    answer = call("refactor_tools.prove.examine:examine", assignment, _LIMITS, sys_path=assignment.task.sys_path)
    value: object = answer.value
    if not isinstance(value, tuple) or not isinstance(value[0], OriginalProof):
        return str(answer.failure)
    return value[0].verdict


def _shown(found: Counter[str]) -> str:
    return ", ".join(f"{verdict} {number}" for verdict, number in sorted(found.items()))


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=100, metavar="N", help="how many (default: %(default)s)")
    parser.add_argument("--joint", type=int, default=2, metavar="N", help="with joint graphs (default: %(default)s)")
    parser.add_argument("--components", type=int, default=3, metavar="N", help="how many (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="proofs at a time (default: %(default)s)")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
