"""How many copies `analyze-deps` still finds after one change of each of twelve kinds in which copies grow apart.

    python -m benchmarks.clone_mutants [--quick] [--tree DIR] [--require LIMIT]

Real torch modules, from the wheels of transformers and vit-pytorch, are changed by one operator at a time (as in the
mutation benchmarks of Roy and Cordy, and of Svajlenko and Roy). An operator applies only where the class has what it
changes; the result must compile. Original and mutant are put into two files of a scratch tree among other real classes,
and every second mutant bears another name than its original. Measured is recall: the share of mutants that stand in one
family with their original.

A norm that moved from one side of the residual sum to the other must also be named: the family needs a difference of
kind "order" in which original and mutant have different texts. "flagged" is the share of all those mutants.

What is drawn depends on --seed alone. Limits of --require go by the operator's name, or by "order" for that share.

Exit code 0; 1 if a limit of --require is missed; 2 if something could not be fetched or read.
"""

import argparse
import ast
import random
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.analysis import AnalysisFailed, Report, analyze
from benchmarks.corpus import Unavailable, add_cache_option, package_of, progress
from benchmarks.counting import Share, by_membership
from benchmarks.forms import form
from benchmarks.limits import add_require_option, missed
from benchmarks.mutation.operators import OPERATORS, ORDER, Mutant, mutants
from benchmarks.mutation.subjects import Subject, subjects
from benchmarks.tables import count, share, table
from benchmarks.truth import REQUIREMENT

REQUIREMENTS = (REQUIREMENT, "vit-pytorch==1.26.11")
MUTANTS, BACKGROUND = 60, 300
QUICK_MUTANTS, QUICK_BACKGROUND = 8, 40


@dataclass(frozen=True, slots=True)
class Planted:
    """The ids of an original and its mutant in the scratch tree."""

    original: str
    mutant: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found of one operator's mutants; `flagged` counts those that are named as a difference of order."""

    planted: Sequence[Planted]
    found: Sequence[Planted]
    flagged: Sequence[Planted]

    @property
    def recall(self) -> Share:
        return Share(len(self.found), len(self.planted))

    @property
    def order(self) -> Share:
        return Share(len(self.flagged), len(self.planted))


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    try:
        trees = [tree.resolve() for tree in arguments.tree] or [
            package_of(name, arguments.cache) for name in REQUIREMENTS
        ]
        outcomes = _measured(arguments, trees)
    except (Unavailable, AnalysisFailed) as error:
        print(error, file=sys.stderr)
        return 2
    print(_text(outcomes))
    figures = {name: outcome.recall.value for name, outcome in outcomes.items()}
    figures["order"] = outcomes[ORDER].order.value
    lines = missed(arguments.require, figures)
    print(*lines, sep="\n", end="\n" if lines else "")
    return 1 if lines else 0


def plant(folder: Path, made: Sequence[Mutant], background: Iterable[Subject]) -> list[Planted]:
    """Write originals, mutants and other classes to files of their own under `folder`."""
    for number, subject in enumerate(background):
        _write(folder / "background" / f"file{number}.py", subject, [subject.node])
    planted = []
    for number, mutant in enumerate(made):
        name = mutant.original.node.name
        other = another_name(name) if number % 2 else name
        _write(folder / "originals" / f"file{number}.py", mutant.original, _with_neighbours(mutant))
        _write(folder / "mutants" / f"file{number}.py", mutant.mutated, [_renamed(mutant.mutated.node, other)])
        planted.append(Planted(f"originals/file{number}.py::{name}", f"mutants/file{number}.py::{other}"))
    return planted


def outcome_of(report: Report, planted: Sequence[Planted]) -> Outcome:
    """Which of the planted pairs stand in one family, and which of them in one that names their order."""
    linked = by_membership(report.families)
    found = [pair for pair in planted if linked(pair.original, pair.mutant)]
    return Outcome(planted, found, [pair for pair in found if names_order(report, pair)])


def names_order(report: Report, pair: Planted) -> bool:
    """Whether a family of both has a difference of order in which they differ."""
    for family in report.families:
        if {pair.original, pair.mutant} <= set(family.members):
            for hole in family.differences or ():
                texts = hole.texts.get(pair.original, ""), hole.texts.get(pair.mutant, "")
                if hole.kind == "order" and all(texts) and texts[0] != texts[1]:
                    return True
    return False


def another_name(name: str) -> str:
    """The name as another project would give it: its first word is exchanged, what it says of its role stays."""
    rest = re.sub(r"^([A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+)(?=[A-Z])", "", name)
    return f"Legacy{rest}"


def _measured(arguments: argparse.Namespace, trees: Sequence[Path]) -> dict[str, Outcome]:
    most = arguments.mutants or (QUICK_MUTANTS if arguments.quick else MUTANTS)
    progress(f"reading classes of {', '.join(tree.name for tree in trees)}")
    found = subjects(trees, arguments.seed)
    print(f"{len(found):,} different torch modules of {', '.join(tree.name for tree in trees)}; seed {arguments.seed}")
    outcomes = {}
    for name, operator in OPERATORS.items():
        made = mutants(operator, found, most, arguments.seed)
        progress(f"{name}: {len(made)} mutants")
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch, "planted")
            rest = _others(found, made, arguments.seed)
            background = islice(rest, QUICK_BACKGROUND if arguments.quick else BACKGROUND)
            planted = plant(folder, made, background)
            proposals = "all" if name == ORDER else "0"
            report = analyze(folder, Path(scratch, "report.json"), "--proposals", proposals)
        outcomes[name] = outcome_of(report, planted)
    return outcomes


def _others(found: Sequence[Subject], made: Sequence[Mutant], seed: int) -> list[Subject]:
    """Classes that are no originals, nor of a form that a mutant has, in a random order."""
    used = {form(node) for mutant in made for node in (mutant.original.node, mutant.mutated.node)}
    rest = [subject for subject in found if form(subject.node) not in used]
    random.Random(seed).shuffle(rest)
    return rest


def _with_neighbours(mutant: Mutant) -> list[ast.ClassDef]:
    """The original, after the classes of its file that it uses and its mutant does not."""
    names = [
        {node.id for node in ast.walk(one.node) if isinstance(node, ast.Name)}
        for one in (mutant.original, mutant.mutated)
    ]
    gone = sorted(names[0] - names[1])
    known = mutant.original.neighbours
    return [*(known[name] for name in gone if name in known), mutant.original.node]


def _renamed(node: ast.ClassDef, name: str) -> ast.ClassDef:
    """The class under another name, also where it names itself."""
    old = node.name
    for item in ast.walk(node):
        if isinstance(item, ast.Name) and item.id == old:
            item.id = name
    node.name = name
    return node


def _write(file: Path, subject: Subject, nodes: Sequence[ast.ClassDef]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    module = ast.Module([*subject.imports, *nodes], [])
    text = ast.unparse(ast.fix_missing_locations(module)) + "\n"
    compile(text, str(file), "exec", dont_inherit=True)
    file.write_text(text, encoding="utf-8")


def _text(outcomes: dict[str, Outcome]) -> str:
    rows = []
    for name, outcome in outcomes.items():
        flagged = share(outcome.order.value) if name == ORDER else ""
        rows.append(
            [name, count(outcome.recall.total), count(outcome.recall.found), share(outcome.recall.value), flagged]
        )
    every = Share(
        sum(one.recall.found for one in outcomes.values()), sum(one.recall.total for one in outcomes.values())
    )
    rows.append(["all", count(every.total), count(every.found), share(every.value), ""])
    return table("Operator", ["mutants", "found", "recall", "flagged"], rows)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--tree",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder of classes, instead of the wheels",
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_MUTANTS} mutants of each kind, few other classes")
    parser.add_argument("--mutants", type=int, metavar="N", help=f"at most N of each kind (default: {MUTANTS})")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="what is drawn (default: %(default)s)")
    add_cache_option(parser)
    add_require_option(parser, "order, and the operators' names")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
