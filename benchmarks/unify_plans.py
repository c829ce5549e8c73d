"""How many known copies in transformers 4.44.2 can be planned as one component, and what the plans cost.

    python -m benchmarks.unify_plans [--sample N] [--set annotated|unmarked] [--reasons] [--require LIMIT]

Each pair of classes of `benchmarks/ground_truth/` is unified by itself, with the limits that users have (six new
parameters, two branches). Nothing is run or proven here; what the two classes build and inherit is taken for one
component where it stands in the same place, as bottom-up extraction would have made it. A pair ends

    0, 1, 2     in a plan with so many conditions that `forward`, and what it calls, asks anew
    refused     in no plan, with a reason (`--reasons` lists them)

"back" counts the plans from which both classes come back: with the holes filled by each side's values the bodies are
equal, and the old names keep the signatures that `ast` reads in the two files. There must be no other plan.

Figures that --require knows: "annotated" and "unmarked" (share without a branch in forward), the same with " planned"
(share with at most two), and "back" (share of plans).

Exit code 0; 1 if a limit of --require is missed; 2 if the wheel could not be fetched.
"""

import argparse
import ast
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from benchmarks.corpus import Unavailable, add_cache_option, package_of, progress
from benchmarks.limits import add_require_option, missed
from benchmarks.tables import count, share, table
from benchmarks.truth import REQUIREMENT, TruePair, annotated, unmarked
from refactor_tools.model.facts import Parameter, Source
from refactor_tools.model.outcomes import Refusal
from refactor_tools.scan.syntax import FORWARD, constructor, method, signature
from refactor_tools.unify.describe import load_members
from refactor_tools.unify.plan import Candidate, unify
from refactor_tools.unify.roundtrip import lost

SETS = {"annotated": annotated, "unmarked": unmarked}


@dataclass(frozen=True, slots=True)
class PairOutcome:
    """`branches` of `forward` and new `parameters`, None without a plan; `back`: both sides come back from it."""

    branches: int | None = None
    parameters: int | None = None
    back: bool = False
    reason: str = ""


def outcome(pair: TruePair, tree: Path) -> PairOutcome:
    """What unification makes of one pair."""
    members = load_members(pair.names, partial(_source, tree))
    found = unify(members, presume=True)
    if isinstance(found, Refusal):
        return PairOutcome(reason=found.reason)
    if found.left_out:
        return PairOutcome(reason=found.left_out[0][1])
    new = sum(1 for item in found.parameters if item.holes or item.kind in ("switch", "factory"))
    return PairOutcome(found.forward_branches, new, comes_back(found, tree))


def comes_back(plan: Candidate, tree: Path) -> bool:
    """Whether both sides come back from the plan, bodies and signatures."""
    if lost(plan.template, plan.members):
        return False
    return all(
        (_names(member.parameters), _names(member.forward)) == written_signatures(tree, member.id)
        for member in plan.members
    )


def written_signatures(tree: Path, identity: str) -> tuple[list[str], list[str]]:
    """The parameters of the constructor and of `forward`, as `ast` reads them."""
    path, _, name = identity.partition("::")
    body = _module(tree, path).body
    node = next(item for item in body if isinstance(item, ast.ClassDef) and item.name == name)
    forward = method(node, *FORWARD)
    return _names(constructor(node)), _names(signature(forward, bound=True) if forward is not None else ())


def _names(parameters: Sequence[Parameter]) -> list[str]:
    return [item.name for item in parameters]


@cache
def _module(tree: Path, path: str) -> ast.Module:
    return ast.parse((tree / path).read_text(encoding="utf-8"))


@cache
def _source(tree: Path, path: str) -> Source:
    return Source(path, (tree / path).read_text(encoding="utf-8"), "utf-8", "")


def figures(outcomes: Mapping[str, Sequence[PairOutcome]]) -> dict[str, float]:
    """What --require can ask for."""
    found: dict[str, float] = {}
    for name, results in outcomes.items():
        found[name] = _share(results, lambda one: one.branches == 0)
        found[f"{name} planned"] = _share(results, lambda one: one.branches is not None)
    plans = [one for results in outcomes.values() for one in results if one.branches is not None]
    return {**found, "back": _share(plans, lambda one: one.back)}


def _share(outcomes: Sequence[PairOutcome], test: Callable[[PairOutcome], bool]) -> float:
    return sum(map(test, outcomes)) / len(outcomes) if outcomes else 1.0


def summary(outcomes: Mapping[str, Sequence[PairOutcome]]) -> str:
    """A row for every set of pairs."""
    rows = []
    for name, results in outcomes.items():
        kinds = Counter(one.branches for one in results)
        plans = [one for one in results if one.branches is not None]
        new = sorted(one.parameters or 0 for one in plans)
        rows.append(
            (
                name,
                count(len(results)),
                *(count(kinds[branches]) for branches in (0, 1, 2)),
                count(kinds[None]),
                share(kinds[0] / len(results)),
                share(len(plans) / len(results)),
                count(sum(one.back for one in plans)),
                str(new[len(new) // 2] if new else 0),
            )
        )
    columns = ("pairs", "0", "1", "2", "refused", "no branch", "up to 2", "back", "new")
    return table("classes", columns, rows)


def reasons(outcomes: Mapping[str, Sequence[PairOutcome]]) -> str:
    """Why pairs have no plan, the most frequent reason first."""
    found: Counter[str] = Counter()
    for results in outcomes.values():
        found.update(re.sub(r"`[^`]*`|\d+", "...", one.reason) for one in results if one.reason)
    return table("reason", ("pairs",), [(reason, count(number)) for reason, number in found.most_common()])


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    try:
        tree = package_of(REQUIREMENT, arguments.cache)
    except Unavailable as error:
        print(f"unify_plans: {error}", file=sys.stderr)
        return 2
    outcomes = {}
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for name in [arguments.set] if arguments.set else SETS:
            pairs = [pair for pair in SETS[name]() if pair.kind == "class"]
            if arguments.sample and len(pairs) > arguments.sample:
                pairs = random.Random(0).sample(pairs, arguments.sample)
            progress(f"{name}: {len(pairs)} pairs")
            outcomes[name] = list(pool.map(partial(outcome, tree=tree), pairs, chunksize=4))
    print(summary(outcomes))
    if arguments.reasons:
        print(f"\n{reasons(outcomes)}")
    failures = missed(arguments.require, figures(outcomes))
    print(*failures, sep="\n", file=sys.stderr, end="\n" if failures else "")
    return 1 if failures else 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_cache_option(parser)
    parser.add_argument("--set", default="", choices=tuple(SETS), help="only these pairs")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="of each set, drawn always alike")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--reasons", action="store_true", help="list why pairs have no plan")
    add_require_option(parser, '"annotated", "unmarked", "annotated planned", "unmarked planned", "back"')
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
