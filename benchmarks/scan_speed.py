"""How long `analyze-deps` takes and how much memory, as ratios to jscpd on the same files in the same run.

    python -m benchmarks.scan_speed [--quick] [--tree DIR] [--require LIMIT]

The whole command is measured, as anyone would run it: reading, imports, composition, families and the JSON report, but
without proposals for near families (`--proposals 0`). It works on a copy of transformers 4.44.2 in the cache folder:

    cold          there is no cache (`.refactor-tools/` is removed before)
    warm          the same command again
    changed       again, after one file was changed
    a quarter     cold, on folders that are drawn until they hold a quarter of the lines
    jscpd         --similarity=0.8, its near-miss mode, which keeps no cache

Runs of both tools alternate; seconds are the median over the repetitions. Memory is from one more run of each, since
taking samples slows the process: the highest sum, sampled every tenth of a second, over the process and all that it
starts (proportional set size, so that what processes share counts once). "growth" is the growth in time from the
quarter to the whole, divided by the growth in lines: up to 1, time grows no faster than the lines. Timings on a busy
machine mean little; the load before the run is printed.

Figures that --require knows: cold (times jscpd), warm and changed (times cold), memory (MiB), growth.

Exit code 0; 1 if a limit of --require is missed; 2 if something could not be fetched or run.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks import jscpd
from benchmarks.analysis import command, environment
from benchmarks.corpus import Unavailable, add_cache_option, package_of, progress
from benchmarks.limits import add_require_option, missed
from benchmarks.processes import MIB, CommandFailed, Usage, measured
from benchmarks.samples import copied, lines, part_of
from benchmarks.tables import count, table
from benchmarks.truth import REQUIREMENT

REPETITIONS = 3
QUARTER, QUICK = 0.25, 0.1
STATE = ".refactor-tools"


@dataclass(frozen=True, slots=True)
class Place:
    """A copy of a tree, where reports of it go, and jscpd's command."""

    tree: Path
    scratch: Path
    executable: Path
    memory: bool = False

    def cold(self) -> Usage:
        shutil.rmtree(self.tree.parent / STATE, ignore_errors=True)
        return self.again()

    def again(self) -> Usage:
        run = command(self.tree, self.scratch / "report.json", "--proposals", "0")
        return measured(run, self.scratch, environment(), memory=self.memory)

    def changed(self, text: str, seed: int) -> Usage:
        """With a function more in one file, which is as it was afterwards."""
        file = random.Random(seed).choice(sorted(self.tree.rglob("*.py")))
        before = file.read_bytes()
        file.write_bytes(before + text.encode())
        try:
            return self.again()
        finally:
            file.write_bytes(before)

    def jscpd(self) -> Usage:
        return measured(jscpd.command(self.executable, self.scratch), self.tree, memory=self.memory)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    try:
        tree = arguments.tree.resolve() if arguments.tree else package_of(REQUIREMENT, arguments.cache)
        executable = jscpd.installed(arguments.cache)
        with tempfile.TemporaryDirectory(dir=_made(arguments.cache), prefix="speed-") as folder:
            found = _measured(arguments, tree, executable, Path(folder))
    except (Unavailable, CommandFailed) as error:
        print(error, file=sys.stderr)
        return 2
    printed = missed(arguments.require, found)
    print(*printed, sep="\n", end="\n" if printed else "")
    return 1 if printed else 0


def _measured(arguments: argparse.Namespace, tree: Path, executable: Path, folder: Path) -> dict[str, float]:
    """Print the table; the figures by name."""
    if arguments.quick:
        tree = part_of(tree, _made(folder / "small"), QUICK, arguments.seed)
    whole = Place(copied(tree, _made(folder / "whole")), _made(folder / "whole-out"), executable)
    part = part_of(tree, _made(folder / "quarter"), QUARTER, arguments.seed)
    quarter = Place(part, _made(folder / "quarter-out"), executable)
    all_lines, part_lines = lines(whole.tree), lines(quarter.tree)
    repetitions = 1 if arguments.quick else arguments.repetitions
    print(f"{tree.name}: {all_lines:,} lines, a quarter: {part_lines:,}; seed {arguments.seed}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before; medians of {repetitions}\n")
    runs: dict[str, list[float]] = defaultdict(list)
    for number in range(repetitions):
        for name, usage in _once(whole, quarter, number, arguments.seed):
            progress(f"{number + 1} of {repetitions}: {name}: {usage.seconds:.1f} s")
            runs[name].append(usage.seconds)
    sampled = [replace(place, memory=True) for place in (whole, quarter)]
    peaks = {name: usage.peak for name, usage in _once(sampled[0], sampled[1], repetitions, arguments.seed)}
    print(_table(runs, peaks))
    found = figures(runs, peaks, all_lines / part_lines)
    print(f"\ngrowth: {all_lines / part_lines:.2f} times the lines, {found['growth']:.2f} times as much time a line")
    return found


def _once(whole: Place, quarter: Place, number: int, seed: int) -> Iterator[tuple[str, Usage]]:
    """Every run once, the two tools in turn."""
    yield "jscpd", whole.jscpd()
    yield "cold", whole.cold()
    yield "warm", whole.again()
    yield "changed", whole.changed(f"\n\ndef added_{number}(x):\n    return x + {number}\n", seed + number)
    yield "jscpd, a quarter", quarter.jscpd()
    yield "cold, a quarter", quarter.cold()


def figures(runs: Mapping[str, Sequence[float]], peaks: Mapping[str, int], growth_in_lines: float) -> dict[str, float]:
    """The figures that limits can be set for, by name; from every run's seconds, and bytes."""
    seconds = {name: median(several) for name, several in runs.items()}
    return {
        "cold": seconds["cold"] / seconds["jscpd"],
        "warm": seconds["warm"] / seconds["cold"],
        "changed": seconds["changed"] / seconds["cold"],
        "memory": max(peaks[name] for name in ("cold", "warm", "changed")) / MIB,
        "growth": seconds["cold"] / seconds["cold, a quarter"] / growth_in_lines,
    }


def _table(runs: Mapping[str, Sequence[float]], peaks: Mapping[str, int]) -> str:
    seconds = {name: median(several) for name, several in runs.items()}
    rows = []
    for name, several in runs.items():
        other = "jscpd, a quarter" if name.endswith("a quarter") else "jscpd"
        rows.append(
            [
                name,
                f"{seconds[name]:.1f}",
                f"{min(several):.1f}-{max(several):.1f}",
                f"{seconds[name] / seconds[other]:.2f}",
                f"{seconds[name] / seconds['cold']:.2f}",
                count(round(peaks[name] / MIB)),
                f"{peaks[name] / peaks[other]:.2f}",
            ]
        )
    return table("Run", ["seconds", "range", "x jscpd", "x cold", "MiB", "x jscpd's"], rows)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, metavar="DIR", help="a package's folder, instead of fetching the wheel")
    parser.add_argument("--quick", action="store_true", help="once, on a tenth of the tree")
    parser.add_argument("--repetitions", type=int, default=REPETITIONS, metavar="N", help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="what is drawn (default: %(default)s)")
    add_cache_option(parser)
    add_require_option(parser, "cold, warm, changed, memory, growth")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
