"""The families on which unification is measured, drawn up by rule: `benchmarks/unify_families.json`.

    python -m benchmarks.unify_families [--write | --check]

Every family of classes that `analyze-deps` finds in two pinned packages stands in the list with its members and a
class:

    simple    every member differs from the medoid only by names, constants, parameters and optional parts
    other     any other family

The class comes from plain `ast` (benchmarks/shapes.py says what is compared), never from what unification makes of a
family. Without an option the counts are printed; `--write` draws the list anew, `--check` compares with it.

Exit code 0; 1 if `--check` finds another list; 2 if something could not be fetched or analysed.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.analysis import AnalysisFailed, analyze
from benchmarks.corpus import Unavailable, add_cache_option, package_of
from benchmarks.shapes import is_simple
from benchmarks.tables import count, table

PACKAGES = ("vit-pytorch==1.7.12", "x-transformers==1.40.0")
FILE = Path(__file__).with_name("unify_families.json")
CLASSES = ("simple", "other")


@dataclass(frozen=True, slots=True)
class ListedFamily:
    """A family of the list; the members' paths are relative to the folder that holds the package."""

    package: str
    name: str
    rule: str
    members: tuple[str, ...]


def listed(file: Path = FILE) -> tuple[ListedFamily, ...]:
    """The committed list."""
    records = json.loads(file.read_text(encoding="utf-8"))
    return tuple(ListedFamily(one["package"], one["name"], one["class"], tuple(one["members"])) for one in records)


def drawn(requirement: str, cache: Path) -> list[ListedFamily]:
    """The families of one package, in an order that does not hang on how alike the members are.

    Raises:
        Unavailable: the package could not be fetched.
        AnalysisFailed: `analyze-deps` ended with an error.
    """
    folder = package_of(requirement, cache)
    with TemporaryDirectory() as scratch:
        report = analyze(folder, Path(scratch, "report.json"), "--proposals", "0")
    found = []
    for family in report.families:
        if family.kind == "class":
            members = tuple(f"{folder.name}/{member}" for member in family.members)
            rule = CLASSES[not is_simple(folder.parent, members)]
            found.append(ListedFamily(requirement, family.name, rule, members))
    return sorted(found, key=lambda family: (family.name, family.members))


def dumped(families: Sequence[ListedFamily]) -> str:
    records = [asdict(family) for family in families]
    for record in records:
        record["class"] = record.pop("rule")
    return json.dumps(records, indent=1) + "\n"


def counts(families: Sequence[ListedFamily]) -> str:
    rows = []
    for package in dict.fromkeys(family.package for family in families):
        own = [family for family in families if family.package == package]
        by_rule = Counter(family.rule for family in own)
        sizes = (len(own), *(by_rule[name] for name in CLASSES), sum(len(family.members) for family in own))
        rows.append([package, *map(count, sizes)])
    return table("", ("families", *CLASSES, "members"), rows)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_cache_option(parser)
    parser.add_argument("--write", action="store_true", help=f"draw {FILE.name} anew")
    parser.add_argument("--check", action="store_true", help=f"compare with {FILE.name}")
    arguments = parser.parse_args(argv)
    try:
        families = [family for package in PACKAGES for family in drawn(package, arguments.cache)]
    except (Unavailable, AnalysisFailed) as error:
        print(f"unify_families: {error}", file=sys.stderr)
        return 2
    print(counts(families))
    if arguments.write:
        FILE.write_text(dumped(families), encoding="utf-8")
    if arguments.check and dumped(families) != FILE.read_text(encoding="utf-8"):
        print(f"unify_families: {FILE.name} is another list", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
