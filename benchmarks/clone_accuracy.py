"""How many of the copies in transformers 4.44.2 `analyze-deps` finds, beside what jscpd finds in the same run.

    python -m benchmarks.clone_accuracy [--quick] [--tree DIR] [--require LIMIT]

The wheel of transformers is fetched with pip into a cache folder and only read; the copies that are known stand in
`benchmarks/ground_truth/`. Measured are:

- Recall of annotated copies: the share of pairs of which both sides stand in one family. A pair of methods also counts
  where its two classes stand in one family.
- Recall of unmarked near copies, also within a budget: families are taken in the order reported, best first, until the
  next one would bring the distinct pairs of torch modules over the budget; it and all after it are cut off.
- What is reported for that: pairs, families by likeness, the largest family, and the largest near one with the number
  of forms that it has when names do not count (1: all its members are exact or renamed copies).

jscpd reports pairs of line ranges. "one": a single pair covers at least 70% of the lines of both definitions; "union":
all pairs together do; "chains": unions join the two definitions through any number of others.

Exit code 0; 1 if a limit of --require is missed; 2 if something could not be fetched or read.
"""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import counting, jscpd, truth
from benchmarks.accuracy import (
    BUDGETS,
    KINDS,
    Finder,
    Truth,
    family_finder,
    figures,
    jscpd_finders,
    jscpd_pairs,
    known_truth,
    modules,
)
from benchmarks.analysis import AnalysisFailed, Report, analyze, load
from benchmarks.corpus import Unavailable, add_cache_option, package_of, progress
from benchmarks.counting import Pairs
from benchmarks.forms import distinct_forms
from benchmarks.jscpd import Mapped
from benchmarks.limits import add_require_option, missed
from benchmarks.tables import count, share, table
from benchmarks.truth import TruePair

NAMES = "classes, functions, methods, near, near@24000, near@48000, largest, largest-near, largest-near-forms"
QUICK_FOLDERS = 16
FIRST_MISSING = 5


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    try:
        with _tree(arguments) as tree, tempfile.TemporaryDirectory() as scratch:
            lines = missed(arguments.require, _measured(arguments, tree, Path(scratch)))
    except (Unavailable, AnalysisFailed) as error:
        print(error, file=sys.stderr)
        return 2
    print(*lines, sep="\n", end="\n" if lines else "")
    return 1 if lines else 0


def _measured(arguments: argparse.Namespace, tree: Path, scratch: Path) -> dict[str, float]:
    """Print the tables; the figures by name."""
    known = known_truth(tree)
    if arguments.report:
        report = load(arguments.report, tree)
    else:
        progress(f"analysing {tree}")
        report = analyze(tree, scratch / "report.json", "--proposals", "0")
    finders = [family_finder(report.families)]
    compared: tuple[Mapped, ...] = ()
    if not arguments.no_jscpd:
        executable = jscpd.installed(arguments.cache)
        progress(f"running {jscpd.REQUIREMENT} {' '.join(jscpd.OPTIONS)}")
        compared = classes, functions, methods = jscpd_pairs(jscpd.clones(executable, tree, scratch), report, known)
        finders += jscpd_finders(classes, functions, methods)
    print(f"{tree.name}: {report.files:,} files, {report.lines:,} lines, {len(modules(report)):,} torch modules")
    if compared:
        print(f"one, union, chains: {jscpd.REQUIREMENT} {' '.join(jscpd.OPTIONS)} on the same files")
    print(f"{len(known.missing):,} known pairs are not in this tree", *_named(known.missing), sep="\n  ")
    for text in (_recalls(known, finders, report), _pairs(report, compared), _sizes(report, tree)):
        print(f"\n{text}")
    return figures(report, known, tree)


def _recalls(known: Truth, finders: Sequence[Finder], report: Report) -> str:
    rows: list[list[str]] = []
    for kind, word in KINDS.items():
        rows += _rows(f"annotated {word}", known.of_kind(kind), finders)
    rows += _rows("unmarked classes", known.unmarked, finders)
    for budget in BUDGETS:
        families, used = counting.within(report.families, budget, modules(report).__contains__)
        rows += _rows(f"  at {budget:,} pairs ({used:,} used)", known.unmarked, [family_finder(families)])
    width = 2 + len(finders)
    return table(
        "Recall", ["pairs", *(finder.title for finder in finders)], [row + [""] * (width - len(row)) for row in rows]
    )


def _rows(label: str, pairs: Sequence[TruePair], finders: Sequence[Finder]) -> Iterator[list[str]]:
    """One row for all pairs, and one for each way in which they differ."""
    indent = " " * (len(label) - len(label.lstrip()) + 2)
    groups = {label: pairs} | {indent + word: some for word, some in counting.by_difference(pairs).items()}
    for name, some in groups.items():
        yield [name, count(len(some)), *(share(finder.recall(some)) if some else "-" for finder in finders)]


def _pairs(report: Report, compared: Sequence[Mapped]) -> str:
    wanted = modules(report)
    of_kind = {kind: [family for family in report.families if family.kind == kind] for kind in KINDS}
    rows = [["torch modules", count(len(counting.reported(of_kind["class"], wanted.__contains__)))]]
    rows += [[f"all {word}", count(len(counting.reported(of_kind[kind])))] for kind, word in KINDS.items()]
    if compared:
        classes, functions, _ = compared
        rows[0] += [count(len(_among(pairs, wanted))) for pairs in (classes.one, classes.union)]
        rows[2] += [count(len(pairs)) for pairs in (functions.one, functions.union)]
    titles = ["families", *(["one", "union"] if compared else [])]
    return table("Pairs reported", titles, [row + [""] * (1 + len(titles) - len(row)) for row in rows])


def _among(pairs: Pairs, names: frozenset[str]) -> Pairs:
    return {pair for pair in pairs if names.issuperset(pair)}


def _sizes(report: Report, tree: Path) -> str:
    numbers = Counter((family.kind, family.likeness) for family in report.families)
    rows = []
    for kind, word in KINDS.items():
        families = [family for family in report.families if family.kind == kind]
        near = max((one.members for one in families if one.likeness == "near"), key=len, default=())
        rows.append(
            [
                word,
                *(count(numbers[kind, likeness]) for likeness in ("exact", "renamed", "near")),
                count(max((len(one.members) for one in families), default=0)),
                f"{len(near)} ({distinct_forms(near, tree)})",
            ]
        )
    return table("Families of", ["exact", "renamed", "near", "largest", "largest near (forms)"], rows)


def _named(pairs: Sequence[TruePair]) -> list[str]:
    """The first few, by name."""
    lines = [f"{pair.copy} | {pair.source}" for pair in pairs[:FIRST_MISSING]]
    return lines + ([f"and {len(pairs) - FIRST_MISSING:,} more"] if len(pairs) > FIRST_MISSING else [])


@contextmanager
def _tree(arguments: argparse.Namespace) -> Iterator[Path]:
    """The package's folder; with --quick, a copy of the folders in it that most of the known pairs touch."""
    tree = arguments.tree.resolve() if arguments.tree else package_of(truth.REQUIREMENT, arguments.cache)
    if not arguments.quick:
        yield tree
        return
    names = (name for pair in (*truth.annotated(), *truth.unmarked()) for name in pair.names)
    folders = Counter(name.partition("::")[0].rpartition("/")[0] for name in names)
    with tempfile.TemporaryDirectory() as scratch:
        small = Path(scratch, tree.name)
        for name, _ in folders.most_common(QUICK_FOLDERS):
            if name and (tree / name).is_dir():
                shutil.copytree(tree / name, small / name, ignore=shutil.ignore_patterns("__pycache__"))
        yield small


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, metavar="DIR", help="the package's folder, instead of fetching the wheel")
    parser.add_argument("--quick", action="store_true", help="only the folders that most of the known pairs touch")
    parser.add_argument("--report", type=Path, metavar="FILE", help="a report of the tree that was made before")
    parser.add_argument("--no-jscpd", action="store_true", help="measure the families alone")
    add_cache_option(parser)
    add_require_option(parser, NAMES)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
