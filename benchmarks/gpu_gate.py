"""Prove every bundled component on a GPU, measure it beside its originals, and write what another machine can take in.

    python -m benchmarks.gpu_gate --output DIR [--device cuda|cpu] [--only NAME] [--dtype TYPE ...]

It needs torch, click, rich, pyyaml and jinja2, and runs from the source tree. Each system's `after/` is copied; nothing
of the tree itself is written. DIR gets `bundle.json`, to be taken in with `check-equivalence --import` in each system's
`after/`, and `results.md`, a table of verdicts and measures. Components whose originals need another package are
NOT_RUN and listed. With `--device cpu` the same is done here, to try it out; its bundle adds nothing at home.

Exit code 0; 1 where something is not equal, worse than its original, or has no sound certificate; 2 where there is no
such device.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from legacy_fixtures.systems import SYSTEMS, System, copy_tree
from refactor_tools.api.check import check
from refactor_tools.api.platforms import measured, unavailable
from refactor_tools.api.tasks import proof_task, read_cases, read_keymaps
from refactor_tools.certificates.bundles import dump_bundle
from refactor_tools.changes.transaction import apply
from refactor_tools.model.certificates import Certificate, Checked
from refactor_tools.model.costs import Speed
from refactor_tools.model.proofs import HOME, SETTLED, Platform
from refactor_tools.prove.gate import environment
from refactor_tools.settings import load_settings

_MISSING = re.compile(r"No module named '(\w+)")
_FIGURES = ("Original, call", "Old ms", "New ms", "Ratio", "A/A", "Kernels", "Kernel ms", "Peak bytes")
_COLUMNS = ("Component", "Type", "Verdict", *_FIGURES)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One component in one precision."""

    system: str
    dtype: str
    checked: Checked

    @property
    def missing(self) -> str:
        """The package without which it could not run, "" where none is missing."""
        reasons = [self.checked.status.reason]
        reasons += [part.reason for part in self.checked.proof.originals] if self.checked.proof else []
        return next((found[1] for reason in reasons if (found := _MISSING.search(reason))), "")

    @property
    def verdict(self) -> str:
        if self.missing:
            return "NOT_RUN"
        proof = self.checked.proof
        return proof.verdict if proof else self.checked.status.freshness

    @property
    def failed(self) -> bool:
        return not self.checked.passed and not self.missing


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    asked = (Platform(arguments.device, dtype) for dtype in arguments.dtype)
    # Where certificates are made there is nothing to add to them.
    platforms = [platform for platform in asked if platform != HOME]
    if not platforms:
        print("certificates are of the CPU in float32 already; name another --dtype", file=sys.stderr)
        return 2
    if reason := unavailable(platforms[0]):
        print(f"nothing can be proven on {arguments.device} here: {reason}", file=sys.stderr)
        return 2
    outcomes: list[Outcome] = []
    certificates: list[Certificate] = []
    for system in SYSTEMS:
        with tempfile.TemporaryDirectory(prefix="gpu-gate-") as folder:
            tree = Path(folder).resolve() / system.name
            copy_tree(system.after, tree)
            found = [entry for platform in platforms for entry in _proven(system, tree, platform, arguments.only)]
        outcomes += found
        # The last run's certificates hold the results of those before it.
        certificates += _held(found)
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "bundle.json").write_text(dump_bundle(tuple(certificates)), encoding="utf-8")
    text = page(outcomes, dict(environment(platforms[0])))
    (arguments.output / "results.md").write_text(text, encoding="utf-8")
    print(text)
    return 1 if any(outcome.failed for outcome in outcomes) else 0


def page(outcomes: Sequence[Outcome], here: dict[str, str]) -> str:
    """The results as Markdown."""
    lines = ["# The gate on another device", "", ", ".join(f"{name} {value}" for name, value in here.items()), ""]
    lines += [_row(_COLUMNS), _row(["---"] * len(_COLUMNS))]
    lines += [_row(row) for outcome in outcomes for row in _rows(outcome)]
    reasons = [f"- {_name(entry)}, {entry.dtype}: {_reason(entry)}" for entry in outcomes if not entry.checked.passed]
    lines += ["", "Not passed:", "", *reasons] if reasons else []
    return "\n".join(lines) + "\n"


def _proven(system: System, tree: Path, platform: Platform, only: str | None) -> Iterator[Outcome]:
    settings = load_settings(tree)
    keymaps = [keymap for keymap in read_keymaps(tree) if only in (None, keymap.name)]
    if not keymaps:
        return
    names = [keymap.name for keymap in keymaps]
    report = check(settings, names, "prove-all", lambda text: print(text, file=sys.stderr), platform=platform)
    apply(tree, report.changes, "check-equivalence")
    for keymap, checked in zip(keymaps, report.checked, strict=True):
        if platform.device == HOME.device and checked.passed:
            task = proof_task(settings, keymap, read_cases(tree, keymap.name))
            checked = replace(checked, speeds=measured(replace(task, platform=platform)))
        yield Outcome(system.name, platform.dtype, checked)


def _held(outcomes: Sequence[Outcome]) -> list[Certificate]:
    """Of every component the certificate with the most results."""
    last = {entry.checked.name: entry.checked for entry in outcomes if entry.checked.status.freshness in SETTLED}
    return [checked.certificate for checked in last.values() if checked.certificate is not None]


def _rows(outcome: Outcome) -> Iterator[list[str]]:
    start = [_name(outcome), outcome.dtype, outcome.verdict]
    for identity, speed in outcome.checked.speeds:
        yield [*start, f"{identity}, {speed.label}", *_figures(speed)]
    if not outcome.checked.speeds:
        yield [*start, *[""] * len(_FIGURES)]


def _figures(speed: Speed) -> list[str]:
    old, new = speed.original, speed.component
    return [
        f"{old.milliseconds:.3f}",
        f"{new.milliseconds:.3f}",
        f"{speed.ratio:.3f}",
        f"{speed.spread:.1%}",
        f"{old.kernels} → {new.kernels}",
        f"{old.kernel_milliseconds:.3f} → {new.kernel_milliseconds:.3f}",
        f"{old.peak_bytes:,} → {new.peak_bytes:,}",
    ]


def _name(outcome: Outcome) -> str:
    return f"{outcome.system}/{outcome.checked.name}"


def _reason(outcome: Outcome) -> str:
    if outcome.missing:
        return f"needs `{outcome.missing}`, which is not installed here"
    return " ".join((outcome.checked.status.reason or outcome.checked.status.freshness).split())


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="where the results go")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda", help="(default: %(default)s)")
    parser.add_argument("--only", metavar="NAME", help="one component, by its name")
    parser.add_argument(
        "--dtype", nargs="+", choices=["float32", "bfloat16", "float16", "float64"], default=["float32", "bfloat16"]
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
