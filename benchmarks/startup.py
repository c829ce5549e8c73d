"""`python benchmarks/startup.py`: CPU time of `analyze-deps --help` against `python -c "import click"`, in turn."""

import os
import statistics
import subprocess
import sys

RUNS = 15
HELP = ("-c", "import sys; from refactor_tools.cli.main import main; sys.exit(main(['analyze-deps', '--help']))")
CLICK = ("-c", "import click")


def cpu_seconds(arguments: tuple[str, ...]) -> float:
    """User and system time of one run of this interpreter."""
    before = os.times()
    subprocess.run((sys.executable, *arguments), stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    return (after.children_user - before.children_user) + (after.children_system - before.children_system)


def main() -> int:
    """Print medians and their ratio; exit code 1 where it is above 3."""
    for arguments in (HELP, CLICK):
        cpu_seconds(arguments)
    pairs = [(cpu_seconds(HELP), cpu_seconds(CLICK)) for _ in range(RUNS)]
    shown, base = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    print(f"analyze-deps --help   {shown * 1000:6.1f} ms CPU, median of {RUNS}")
    print(f"import click          {base * 1000:6.1f} ms CPU")
    print(f"ratio                 {ratio:6.2f}")
    return int(ratio > 3)


if __name__ == "__main__":
    raise SystemExit(main())
