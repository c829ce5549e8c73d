"""For how many modules inputs are found without a person's help, and how far they reach into `forward`.

    python -m benchmarks.case_search [--quick] [--system NAME ...] [--package NAME==VERSION ...] [--require LIMIT]

Every original of the bundled systems' components is tried, and of every package the classes that have a `forward`, each
sliced out of its file as an original would be. No case file is read. Measured are

    found       the share that got constructions and calls, of those whose imports are installed here
    complete    the share of those whose calls reach every branch of `forward` (which functions say too)
    calls tried the median number of calls that were tried until one ran
    seconds     the median time of a whole search, variants included

Packages are fetched into the cache folder and run in the gate's child processes, with its limits. Timings on a busy
machine mean little. `--quick` draws 40 classes of each package; `--list` names what was not found, and why.

Figures that --require knows: the name of a system or package with " found" or " complete" behind it.

Exit code 0; 1 if a limit of --require is missed; 2 if something could not be fetched.
"""

import argparse
import ast
import random
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.corpus import Unavailable, add_cache_option, package_of, progress
from benchmarks.limits import add_require_option, missed
from benchmarks.tables import count, share, table
from legacy_fixtures.systems import SYSTEMS
from refactor_tools.api.tasks import proof_task, read_keymaps
from refactor_tools.codemods.slicing import slice_definition
from refactor_tools.errors import RefactorError
from refactor_tools.model.adapters import Adapter
from refactor_tools.model.proofs import OriginalTask
from refactor_tools.prove.children import Limits, call
from refactor_tools.settings import load_settings

PACKAGES = ("vit-pytorch==1.26.11", "x-transformers==2.31.10")
# What the packages import beside torch.
NEEDED = ("einops==0.8.1", "einx==0.4.3", "frozendict==2.5.1", "loguru==0.7.3", "torch-einops-utils==0.2.0")
QUICK = 40


@dataclass(frozen=True, slots=True)
class Subject:
    """Originals to find inputs for, and what they import from."""

    name: str
    originals: tuple[OriginalTask, ...]
    sys_path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One search. `question` says why nothing was found; `missing` are the arms that no call reaches."""

    id: str
    question: str
    trials: int
    missing: tuple[str, ...]
    constructions: int
    calls: int
    seconds: float
    importable: bool = True


def systems(names: Sequence[str]) -> Iterator[Subject]:
    """The originals of the components that the bundled systems extract."""
    for system in SYSTEMS:
        if system.name in names or not names:
            settings = load_settings(system.after)
            tasks = [proof_task(settings, keymap, {}) for keymap in read_keymaps(system.after)]
            originals = tuple(original for task in tasks for original in task.originals)
            yield Subject(system.name, originals, tuple({path: None for task in tasks for path in task.sys_path}))


def package(requirement: str, cache: Path, drawn: int) -> Subject:
    """The classes with a `forward` in a package; `drawn` of them, or all where it is 0."""
    folder = package_of(requirement, cache)
    originals = [original for file in sorted(folder.rglob("*.py")) for original in classes_of(file, folder.parent)]
    if drawn:
        originals = sorted(random.Random(0).sample(originals, min(drawn, len(originals))), key=lambda item: item.id)
    paths = (folder.parent, *(package_of(needed, cache).parent for needed in NEEDED))
    return Subject(requirement.partition("==")[0], tuple(originals), tuple(map(str, paths)))


def classes_of(file: Path, root: Path) -> Iterator[OriginalTask]:
    text, path = file.read_text(encoding="utf-8"), file.relative_to(root).as_posix()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef) and any(getattr(item, "name", "") == "forward" for item in node.body):
            try:
                source = slice_definition(text, path, node.name, node.lineno).text
            except RefactorError as error:
                progress(f"left out: {error}")
                continue
            yield OriginalTask(f"{path}::{node.name}", node.name, source, Adapter())


def searched(original: OriginalTask, sys_path: Sequence[str], limits: Limits) -> Result:
    """What one search finds, in a child of the gate."""
    start = perf_counter()
    answer = call("refactor_tools.prove.case_child:search", original, limits, sys_path=sys_path)
    seconds = perf_counter() - start
    if answer.failure is not None:
        importable = answer.failure.exception not in ("ModuleNotFoundError", "ImportError")
        return Result(original.id, str(answer.failure), 0, (), 0, 0, seconds, importable)
    assert isinstance(answer.value, tuple)
    case, trials, missing = answer.value
    calls = sum(len(construction.calls) for construction in case.constructions)
    return Result(original.id, case.question, trials, missing, len(case.constructions), calls, seconds)


def measure(subject: Subject, limits: Limits, jobs: int) -> list[Result]:
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda original: searched(original, subject.sys_path, limits), subject.originals))


def figures(name: str, results: Sequence[Result]) -> dict[str, float]:
    found = [result for result in results if not result.question]
    complete = [result for result in found if not result.missing]
    tried = [result for result in results if result.importable]
    return {
        f"{name} found": len(found) / max(len(tried), 1),
        f"{name} complete": len(complete) / max(len(found), 1),
    }


def row(name: str, results: Sequence[Result]) -> list[str]:
    found = [result for result in results if not result.question]
    shares = figures(name, results).values()
    middle = [
        f"{median(values):.3g}" if values else "-"
        for values in (
            [result.trials for result in found],
            [result.constructions for result in found],
            [result.calls for result in found],
            [result.seconds for result in results],
        )
    ]
    return [name, count(sum(result.importable for result in results)), *map(share, shares), *middle]


def details(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        if result.question:
            yield f"{result.id}: {result.question}"
        elif result.missing:
            yield f"{result.id}: not reached: {', '.join(result.missing)}"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_cache_option(parser)
    parser.add_argument("--system", action="append", default=[], metavar="NAME", help="only these bundled systems")
    parser.add_argument("--package", action="append", default=[], metavar="NAME==VERSION", help="only these packages")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} classes of each package")
    parser.add_argument("--list", action="store_true", help="name what was not found or not reached")
    parser.add_argument("--jobs", type=int, default=2, help="searches at a time (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=120.0, help="limit of one search (default: %(default)s)")
    add_require_option(parser, '"<system or package> found", "<system or package> complete"')
    arguments = parser.parse_args(argv)
    every = not (arguments.system or arguments.package)
    rows, measured, lines = [], dict[str, float](), list[str]()
    try:
        subjects = [*systems(arguments.system)] if every or arguments.system else []
        wanted = PACKAGES if every else arguments.package
        subjects += [package(one, arguments.cache, QUICK * arguments.quick) for one in wanted]
    except Unavailable as error:
        print(f"case_search: {error}", file=sys.stderr)
        return 2
    for subject in subjects:
        progress(f"{subject.name}: {len(subject.originals)} searches")
        results = measure(subject, Limits(seconds=arguments.seconds), arguments.jobs)
        rows.append(row(subject.name, results))
        measured |= figures(subject.name, results)
        lines += details(results)
    columns = ("originals", "found", "complete", "calls tried", "built", "calls", "seconds")
    print(table("", columns, rows))
    if arguments.list:
        print("", *lines, sep="\n")
    failures = missed(arguments.require, measured)
    print(*failures, sep="\n", file=sys.stderr, end="\n" if failures else "")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
