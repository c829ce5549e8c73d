"""jscpd, a finder of copied text, beside which the families are measured; its line ranges as pairs of definitions."""

import json
import subprocess
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.corpus import executable_of
from benchmarks.counting import Pairs, ordered
from benchmarks.places import Span

REQUIREMENT = "jscpd==5.4.2"
# The near-miss mode: functions of similar syntax trees are reported beside copied token sequences.
OPTIONS = ("--similarity=0.8",)
# A reported fragment stands for a definition if it covers this share of its lines.
COVERED = 0.7

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Clone:
    """Two line ranges that jscpd reports as copies, lines from 1, both ends included."""

    left: Span
    right: Span


@dataclass(frozen=True, slots=True)
class Mapped:
    """Pairs of definitions of which one reported pair covers enough of both, and those of which all together do."""

    one: Pairs
    union: Pairs


def installed(cache: Path) -> Path:
    """The command.

    Raises:
        Unavailable: it could not be installed.
    """
    return executable_of(REQUIREMENT, cache, "jscpd")


def command(executable: Path, output: Path) -> list[str]:
    """The command line, for the current folder; the report goes to the folder `output`."""
    place = ["--output", str(output), "--reporters", "json", "--silent"]
    return [str(executable), ".", "--format", "python", "--no-gitignore", *OPTIONS, *place]


def clones(executable: Path, tree: Path, output: Path) -> list[Clone]:
    """What jscpd finds in the Python files of `tree`."""
    subprocess.run(command(executable, output), cwd=tree, capture_output=True, check=True)
    return parsed(json.loads((output / "jscpd-report.json").read_bytes()))


def parsed(document: Mapping[str, Any]) -> list[Clone]:
    return [Clone(_span(one["firstFile"]), _span(one["secondFile"])) for one in document["duplicates"]]


def mapped(found: Iterable[Clone], places: Mapping[str, Span]) -> Mapped:
    """Pairs of the definitions in `places` that reported pairs stand for.

    A reported pair touches every definition that its left range overlaps together with every one that its right range
    overlaps. It stands for those of which it covers at least `COVERED` of the lines on both sides.
    """
    index = _Index(places)
    one: Pairs = set()
    pieces: dict[tuple[str, str], tuple[list[Interval], list[Interval]]] = defaultdict(lambda: ([], []))
    for clone in found:
        right = index.touched(clone.right)
        for a, mine in index.touched(clone.left) if right else ():
            for b, theirs in right:
                if a == b:
                    continue
                if _enough([mine], places[a]) and _enough([theirs], places[b]):
                    one.add(ordered(a, b))
                first, second = (mine, theirs) if a < b else (theirs, mine)
                lists = pieces[ordered(a, b)]
                lists[0].append(first)
                lists[1].append(second)
    union = {
        (a, b) for (a, b), (ours, others) in pieces.items() if _enough(ours, places[a]) and _enough(others, places[b])
    }
    return Mapped(one, union | one)


class _Index:
    """Definitions by file, to be found by line."""

    def __init__(self, places: Mapping[str, Span]) -> None:
        self.by_path: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for name, span in places.items():
            self.by_path[span.path].append((span.last, span.first, name))
        for entries in self.by_path.values():
            entries.sort()

    def touched(self, span: Span) -> list[tuple[str, Interval]]:
        """Definitions that a range overlaps, each with the lines that both have."""
        entries = self.by_path.get(span.path, [])
        found = []
        for last, first, name in entries[bisect_left(entries, (span.first, 0, "")) :]:
            if first <= span.last:
                found.append((name, (max(first, span.first), min(last, span.last))))
        return found


def _enough(intervals: Sequence[Interval], span: Span) -> bool:
    covered, reached = 0, span.first - 1
    for first, last in sorted(intervals):
        covered += max(0, last - max(first, reached + 1) + 1)
        reached = max(reached, last)
    return covered >= COVERED * (span.last - span.first + 1)


def _span(file: Mapping[str, Any]) -> Span:
    return Span(file["name"], file["start"], file["end"])
