"""A sample of near families to label by hand, and what share of it are copies.

    python -m benchmarks.near_precision --sheet FILE [--sample N] [--seed N]
    python -m benchmarks.near_precision [--score FILE]

The first draws families and writes a sheet to fill in, the second counts the labels of a sheet.

The families come from a report of `analyze-deps` on transformers 4.44.2 (or on --tree, or from --report). What is drawn
depends on the seed and on the families alone. A sheet is YAML: for each family its id, the members with the lines where
they stand, and an empty `label` and `reason`. `label` is

    copy        one parameterised component could replace all members without changing what any of them computes
    different   members compute different things; what they share is the manner of the library
    unsure      a person who knows the code would have to decide

Precision is the share of labelled families that are copies; `unsure` counts as not. A family's id is a digest of its
members, so that a label holds only for the very family that was looked at: labels of families that the report no longer
has are named, and do not count.

Exit code 0; 1 if a limit of --require is missed; 2 if the sheet or the report cannot be used.
"""

import argparse
import hashlib
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.analysis import AnalysisFailed, Family, Report, analyze, load
from benchmarks.corpus import Unavailable, add_cache_option, package_of, progress
from benchmarks.counting import Share
from benchmarks.limits import add_require_option, missed
from benchmarks.places import definition
from benchmarks.tables import share
from benchmarks.truth import FOLDER, REQUIREMENT

LABELS = ("copy", "different", "unsure")
SHEET = FOLDER / "near_labels.yaml"


class SheetError(Exception):
    """A labelling sheet that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a person said of one family."""

    family: str
    label: str
    reason: str


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    try:
        tree = arguments.tree.resolve() if arguments.tree else package_of(REQUIREMENT, arguments.cache)
        labels = [] if arguments.sheet else labels_in(arguments.score)
        report = _report(arguments, tree)
        if arguments.sheet:
            drawn = sample(near_families(report), arguments.sample, arguments.seed)
            arguments.sheet.write_text(sheet(drawn, tree), encoding="utf-8")
            print(f"{len(drawn)} of {len(near_families(report)):,} near families: {arguments.sheet}")
            return 0
    except (Unavailable, AnalysisFailed, SheetError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    figures = _scored(labels, near_families(report))
    lines = missed(arguments.require, figures)
    print(*lines, sep="\n", end="\n" if lines else "")
    return 1 if lines else 0


def near_families(report: Report) -> dict[str, Family]:
    """Near families by id, in the order of the ids."""
    found = {identity(family): family for family in report.families if family.likeness == "near"}
    return dict(sorted(found.items()))


def identity(family: Family) -> str:
    """A name for a family that changes when its members do."""
    text = "\n".join([family.kind, *sorted(family.members)])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def sample(families: Mapping[str, Family], number: int, seed: int) -> dict[str, Family]:
    """`number` families, each as likely as any other; all if there are fewer."""
    chosen = random.Random(seed).sample(list(families), min(number, len(families)))
    return {name: families[name] for name in chosen}


def sheet(families: Mapping[str, Family], tree: Path) -> str:
    """The sheet for these families, to be filled in."""
    entries = [
        {
            "family": name,
            "name": family.name,
            "kind": family.kind,
            "similarity": family.similarity,
            "members": [f"{member} ({_lines(member, tree)})" for member in family.members],
            "label": "",
            "reason": "",
        }
        for name, family in families.items()
    ]
    return yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=120)


def labels_in(file: Path) -> list[Label]:
    """The labels of a sheet; entries without one are left out.

    Raises:
        SheetError: it is not such a sheet, or has a label that there is not, or one without a reason.
    """
    try:
        entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SheetError(f"{file}: {error.strerror}; write a sheet with --sheet FILE and label it") from error
    except yaml.YAMLError as error:
        raise SheetError(f"{file}: {error}") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and "family" in entry for entry in entries):
        raise SheetError(f"{file}: a list of families was expected")
    return [_label(entry, file) for entry in entries if entry.get("label")]


def precision(labels: Sequence[Label]) -> Share:
    """The share of labels that say `copy`."""
    return Share(sum(one.label == "copy" for one in labels), len(labels))


def _label(entry: Mapping[str, Any], file: Path) -> Label:
    label = Label(str(entry["family"]), str(entry["label"]), str(entry.get("reason") or "").strip())
    if label.label not in LABELS:
        raise SheetError(f"{file}: {label.family}: {label.label!r} is none of {', '.join(LABELS)}")
    if not label.reason:
        raise SheetError(f"{file}: {label.family}: a label needs a reason")
    return label


def _scored(labels: Sequence[Label], families: Mapping[str, Family]) -> dict[str, float]:
    """Print what the labels say; the figures by name."""
    gone = [one for one in labels if one.family not in families]
    held = [one for one in labels if one.family in families]
    numbers = Counter(one.label for one in held)
    print(
        f"{len(families):,} near families, {len(held)} labelled: {', '.join(f'{numbers[one]} {one}' for one in LABELS)}"
    )
    if held:
        print(f"precision {share(precision(held).value)}")
    if gone:
        print(f"{len(gone)} labels of families that the report no longer has: {', '.join(one.family for one in gone)}")
    for one in held:
        if one.label != "copy":
            print(f"  {one.label}: {families[one.family].name} ({one.family}): {one.reason}")
    return {"precision": precision(held).value if held else 0.0, "labelled": len(held), "gone": len(gone)}


def _lines(member: str, tree: Path) -> str:
    node = definition(tree, member)
    return f"lines {node.lineno}-{node.end_lineno}" if node is not None else "not found"


def _report(arguments: argparse.Namespace, tree: Path) -> Report:
    if arguments.report:
        return load(arguments.report, tree)
    progress(f"analysing {tree}")
    with tempfile.TemporaryDirectory() as scratch:
        return analyze(tree, Path(scratch, "report.json"), "--proposals", "0")


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--sheet", type=Path, metavar="FILE", help="write a sheet with a new sample")
    what.add_argument(
        "--score", type=Path, default=SHEET, metavar="FILE", help="a labelled sheet (default: %(default)s)"
    )
    parser.add_argument("--sample", type=int, default=100, metavar="N", help="families to draw (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="what is drawn (default: %(default)s)")
    parser.add_argument("--tree", type=Path, metavar="DIR", help="a package's folder, instead of fetching the wheel")
    parser.add_argument("--report", type=Path, metavar="FILE", help="a report of the tree that was made before")
    add_cache_option(parser)
    add_require_option(parser, "precision, labelled, gone")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
