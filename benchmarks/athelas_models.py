"""Shows that a refactored Athelas tree computes, bit by bit, what the tree it came from computes.

    python benchmarks/athelas_models.py BEFORE AFTER

BEFORE and AFTER are roots (folders with `src/`). All application models and the modules they are made of are imported
from their legacy paths, in one fresh interpreter a side, and compared: seeded initialisation, outputs in both modes,
gradients of inputs and parameters, three AdamW steps, the keys of `state_dict` and their order, the random numbers
consumed; and the `state_dict`s and whole-model pickles that BEFORE saved, loaded by AFTER. `--part` chooses one part
of the tree: names3risk with the tabular model, temporal, or lightning (which imports Lightning and transformers).

Exit code 0: all equal. 1: something differs, or AFTER stops. 2: BEFORE cannot be run, or wrong arguments.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

PARTS = ("names3risk", "temporal", "lightning")
SIDE = Path(__file__).with_name("athelas_side.py")
ASPECTS = (
    "initialisation",
    "outputs",
    "gradients",
    "optimizer steps",
    "state_dict keys",
    "random numbers",
    "old state_dict",
    "old pickle",
)

Values = Sequence[Tensor | str]
Records = Mapping[str, Mapping[str, Values]]


class SideStopped(Exception):
    """A side ended with an error; the message is what it printed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One subject: what differs in each aspect, "" where nothing does."""

    label: str
    differences: Mapping[str, str]

    @property
    def equal(self) -> bool:
        return not any(self.differences.values())


def run_side(root: Path, out: Path, parts: Sequence[str], checkpoints: Path | None = None) -> Records:
    """Runs the models of the `parts` of `root` in a child process and reads what it wrote to `out`.

    The child loads the checkpoints in `checkpoints` (by default its own).

    Raises:
        SideStopped: the child ended with an error.
    """
    out.mkdir(parents=True, exist_ok=True)
    folders = [root, out, checkpoints or out]
    # Isolated mode: neither the folder of this script nor PYTHONPATH may lend a side a module it does not have.
    command = [sys.executable, "-I", "-B", str(SIDE), *map(str, folders), ",".join(parts)]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    if child.returncode:
        raise SideStopped(child.stderr.strip())
    records: Records = torch.load(out / "record.pt", weights_only=True)
    return records


def compare(before: Records, after: Records) -> tuple[Row, ...]:
    return tuple(
        Row(label, {aspect: _difference(values[aspect], after[label][aspect]) for aspect in ASPECTS})
        for label, values in before.items()
    )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path, metavar="BEFORE")
    parser.add_argument("after", type=Path, metavar="AFTER")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part; may be repeated")
    arguments = parser.parse_args(argv)
    parts = arguments.part or PARTS
    for root in (arguments.before, arguments.after):
        if not (root / "src").is_dir():
            parser.error(f"{root} has no folder src; give the root of a tree")
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder, "before")
        try:
            before = run_side(arguments.before, saved, parts)
        except SideStopped as stopped:
            print(f"{arguments.before} cannot be run:\n{stopped}", file=sys.stderr)
            return 2
        try:
            after = run_side(arguments.after, Path(folder, "after"), parts, checkpoints=saved)
        except SideStopped as stopped:
            print(f"{arguments.after} stopped:\n{stopped}", file=sys.stderr)
            return 1
    rows = compare(before, after)
    print(_table(rows))
    return 0 if all(row.equal for row in rows) else 1


def _difference(old: Values, new: Values) -> str:
    if len(old) != len(new):
        return f"{len(old)} values before, {len(new)} after"
    pairs = [(index, a, b) for index, (a, b) in enumerate(zip(old, new, strict=True)) if not _same(a, b)]
    if not pairs:
        return ""
    index, a, b = pairs[0]
    return f"{len(pairs)} of {len(old)} differ, the first is number {index}: {_gap(a, b)}"


def _same(a: Tensor | str, b: Tensor | str) -> bool:
    """Equal bits: 0.0 is not -0.0, and NaN equals NaN."""
    if not isinstance(a, Tensor) or not isinstance(b, Tensor):
        return a == b
    return a.dtype == b.dtype and a.shape == b.shape and torch.equal(_bytes(a), _bytes(b))


def _bytes(tensor: Tensor) -> Tensor:
    return tensor.contiguous().reshape(-1).view(torch.uint8)


def _gap(a: Tensor | str, b: Tensor | str) -> str:
    if not isinstance(a, Tensor) or not isinstance(b, Tensor):
        return f"{a} became {b}"
    if a.shape != b.shape or a.dtype != b.dtype:
        return f"{tuple(a.shape)} {a.dtype} became {tuple(b.shape)} {b.dtype}"
    return f"by at most {(a.double() - b.double()).abs().max().item():.1e}"


def _table(rows: Sequence[Row]) -> str:
    first = max(len(row.label) for row in rows)
    lines = ["  ".join([" " * first, *ASPECTS])]
    for row in rows:
        cells = [("DIFFERS" if row.differences[aspect] else "equal").ljust(len(aspect)) for aspect in ASPECTS]
        lines.append("  ".join([row.label.ljust(first), *cells]).rstrip())
    for row in rows:
        lines += [f"{row.label}, {aspect}: {text}" for aspect, text in row.differences.items() if text]
    equal = sum(row.equal for row in rows)
    return "\n".join([*lines, f"{equal} of {len(rows)} equal"])


if __name__ == "__main__":
    sys.exit(main())
