"""What the gate says of rewrites that change nothing: none may come out DIFFERENT without a reason.

    python -m benchmarks.gate_rewrites [--only NAME] [--unchanged] [--jobs N]

benchmarks/rewrites/ holds pairs of an original and a rewritten class, each with a case, the verdict at least, and where
it is below BIT_EQUAL, the argument why bits, strides or structure truly differ. With --unchanged, every bundled
component is also held against itself as its original.

Exit code 0; 1 where a verdict is lower than expected, or fewer than ten rewrites are PROVED.
"""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gate_tasks import Bundled, Pair, bundled, pairs
from benchmarks.tables import table
from refactor_tools.model.proofs import JOINT_GRAPHS, LADDER, PASSING, OriginalProof, OriginalTask
from refactor_tools.prove.assignments import Assignment
from refactor_tools.prove.children import Limits, call
from refactor_tools.prove.gate import prove_original

PROVED = 10
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Result:
    """One pair with its proof."""

    pair: Pair
    proof: OriginalProof

    @property
    def as_expected(self) -> bool:
        return LADDER.index(self.proof.verdict) <= LADDER.index(self.pair.expected)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    chosen = [pair for pair in pairs() if arguments.only in (None, pair.name)]
    results = proved(chosen, arguments.jobs)
    print(table("Rewrite", ["verdict", "expected"], [[r.pair.name, r.proof.verdict, r.pair.expected] for r in results]))
    counted = [f"{verdict} {sum(r.proof.verdict == verdict for r in results)}" for verdict in LADDER]
    print(f"{len(results)} rewrites: {', '.join(counted)}")
    for result in results:
        if result.proof.verdict != "PROVED":
            print(f"{result.pair.name}: {why(result.proof)}")
    problems = [
        f"{r.pair.name}: {r.proof.verdict}, at least {r.pair.expected} is expected"
        for r in results
        if not r.as_expected
    ]
    problems += [f"{pair.name}: {pair.expected} needs a BECAUSE" for pair in chosen if not _argued(pair)]
    if arguments.only is None and sum(result.proof.verdict == "PROVED" for result in results) < PROVED:
        problems.append(f"fewer than {PROVED} rewrites are PROVED")
    if arguments.unchanged:
        problems += _unchanged(arguments.jobs)
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


def proved(chosen: Sequence[Pair], jobs: int) -> list[Result]:
    """The gate's proofs of pairs, in their order."""

    def prove(pair: Pair) -> Result:
        (original,) = pair.task.originals
        result = Result(pair, prove_original(Assignment(pair.task, original), Limits())[0])
        print(".", end="", file=sys.stderr, flush=True)
        return result

    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(prove, chosen))
    print(file=sys.stderr)
    return results


def why(proof: OriginalProof) -> str:
    """Why a proof stands no higher."""
    unproved = next((check.detail for check in proof.checks if check.name == JOINT_GRAPHS), "")
    return proof.reason or unproved


def _unchanged(jobs: int) -> list[str]:
    """What is wrong with the verdicts on components that are held against themselves."""
    held = [(component, original) for component in bundled() for original in component.task.originals]
    with ThreadPoolExecutor(jobs) as pool:
        verdicts = list(pool.map(lambda entry: verdict_on_itself(*entry), held))
    rows = [
        [f"{component.name} as for {original.id}", verdict]
        for (component, original), verdict in zip(held, verdicts, strict=True)
    ]
    print(table("Held against itself", ["verdict"], rows))
    return [f"{name}: {verdict}, held against itself" for name, verdict in rows if verdict != "PROVED_ON_PATHS"]


def verdict_on_itself(component: Bundled, original: OriginalTask) -> str:
    """PROVED_ON_PATHS, or what the gate says else."""
    assignment = Assignment(component.task, original)
    places = (*component.task.sys_path, str(ROOT))
    answer = call("benchmarks.gate_itself:examine_itself", assignment, Limits(), sys_path=places)
    return str(answer.value if answer.failure is None else answer.failure)


def _argued(pair: Pair) -> bool:
    return pair.expected in PASSING or pair.reason != ""


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="NAME", help="one rewrite, by its file's name")
    parser.add_argument("--unchanged", action="store_true", help="hold every component against itself, too")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="proofs at a time (default: %(default)s)")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
