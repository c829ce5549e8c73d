"""For how many families of copies a proven component comes out, without a person's help.

    python -m benchmarks.unify_yield [--package NAME] [--family NAME] [--only simple] [--require LIMIT]

Every family of benchmarks/unify_families.json is extracted in a copy of its package, as `extract-component --members`
would do it, parts first. A family ends

    one         in one component that was proven equal to all its members
    subset      in one that was proven equal to at least two; the others keep their code, with reasons
    refused     in none, with a reason
    no gate     in none, because the gate found no inputs or could not run
    no answer   in none within the time limit

Each component is proven again with weights and inputs that no proof used before ("again"); one that does not pass then
is unsafe, and there must be none. "new" counts the parameters that stand for a difference between the copies, "if" the
conditions that methods ask anew, at however many places. Reasons are listed by how often they stood in the way of a
family or a member.

Packages are fetched into the cache folder and run in the gate's child processes, with its limits. The outcomes go to
benchmarks/results/unify_yield.json with their times, which mean little on a busy machine.

Figures that --require knows: "simple" and "all" (share of families proven), the same with " as one" (all members) and
" members" (share of members merged), "unsafe", "parameters" and "branches" (the most of any component).

Exit code 0; 1 if a limit of --require is missed; 2 if something could not be fetched.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.analysis import CHECKOUT, environment
from benchmarks.corpus import Unavailable, add_cache_option, progress
from benchmarks.limits import add_require_option, missed
from benchmarks.unify_families import CLASSES, ListedFamily, listed
from benchmarks.unify_family import write_tree
from benchmarks.unify_outcomes import FamilyOutcome, figures, listing, reasons, summary

RESULTS = Path(__file__).with_name("results") / "unify_yield.json"


def chosen(families: Sequence[ListedFamily], package: str, name: str, rule: str) -> list[int]:
    """Indexes of the families that the options name; "" names all. A family's name may also be one of its members'."""
    return [
        index
        for index, one in enumerate(families)
        if package in ("", one.package, one.package.partition("==")[0])
        and (name in ("", one.name) or name in one.members)
        and rule in ("", one.rule)
    ]


def outcome(index: int, family: ListedFamily, trees: Mapping[str, Path], seconds: float) -> FamilyOutcome:
    """What a process of its own says of one family; one that hangs is ended with all that it started."""
    tree = trees[family.package]
    places = ("--tree", str(tree), "--bank", f"{tree}-bank")
    command = [sys.executable, "-m", "benchmarks.unify_family", str(index), *places]
    done, printed, errors = run_limited(command, seconds)
    if done == 0:
        found = FamilyOutcome(**json.loads(printed))
    else:
        reason = "no answer in time" if done is None else errors.strip().rpartition("\n")[2]
        found = FamilyOutcome(family.package, family.name, family.rule, len(family.members), "no answer", reason=reason)
    progress(f"{family.name}: {found.result}, {found.merged} of {found.members} members {found.reason}".rstrip())
    return found


def run_limited(command: Sequence[str], seconds: float) -> tuple[int | None, str, str]:
    """Exit code (None where the time was up), stdout and stderr of a command."""
    process = subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        printed, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None, "", ""
    return process.returncode, printed, errors


@contextmanager
def prepared(packages: Sequence[str], cache: Path) -> Iterator[dict[str, Path]]:
    """A tree for every package.

    Raises:
        Unavailable: a wheel could not be fetched.
    """
    with TemporaryDirectory(prefix="unify-yield-") as folder:
        trees = {package: Path(folder, package) for package in packages}
        for package, tree in trees.items():
            tree.mkdir()
            write_tree(tree, package, cache)
        yield trees


def save(outcomes: Sequence[FamilyOutcome], output: Path) -> None:
    """Write what is known so far: a run of all families takes hours."""
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps([asdict(one) for one in outcomes], indent=1) + "\n", encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    families = listed()
    indexes = chosen(families, arguments.package, arguments.family, arguments.only)
    packages = sorted({families[index].package for index in indexes})
    try:
        with prepared(packages, arguments.cache) as trees, ThreadPoolExecutor(arguments.jobs) as pool:
            ask = partial(outcome, trees=trees, seconds=arguments.time_limit)
            outcomes = []
            for found in pool.map(ask, indexes, [families[index] for index in indexes]):
                outcomes.append(found)
                save(outcomes, arguments.output)
    except Unavailable as error:
        print(f"unify_yield: {error}", file=sys.stderr)
        return 2
    print(listing(outcomes), summary(outcomes), reasons(outcomes), sep="\n\n")
    failures = missed(arguments.require, figures(outcomes))
    print(*failures, sep="\n", file=sys.stderr, end="\n" if failures else "")
    return 1 if failures else 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_cache_option(parser)
    parser.add_argument("--package", default="", metavar="NAME", help="only this package's families")
    parser.add_argument("--family", default="", metavar="NAME", help="only families of this name or with this member")
    parser.add_argument("--only", default="", choices=CLASSES, help="only families of this class")
    parser.add_argument("--jobs", type=int, default=1, help="families at a time (default: %(default)s)")
    parser.add_argument(
        "--time-limit", type=float, default=1800.0, metavar="SECONDS", help="of one family (default: %(default)s)"
    )
    parser.add_argument("-o", "--output", type=Path, default=RESULTS, metavar="FILE", help="default: %(default)s")
    add_require_option(parser, '"simple", "all", "simple as one", "all members", "unsafe", "parameters", "branches"')
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
