"""Pairs of definitions that are known to be copies (`benchmarks/ground_truth/`)."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("ground_truth")
REQUIREMENT = "transformers==4.44.2"


@dataclass(frozen=True, slots=True)
class TruePair:
    """Two definitions of one kind ("class", "function", "method") by id; `difference` says how the two differ."""

    kind: str
    copy: str
    source: str
    difference: str

    @property
    def names(self) -> tuple[str, str]:
        return self.copy, self.source


def annotated(folder: Path = FOLDER) -> list[TruePair]:
    """Copies that their authors marked as such."""
    records = json.loads((folder / "annotated.json").read_bytes())
    return [TruePair(one["kind"], one["copy"], one["source"], one["equal"]) for one in records]


def unmarked(folder: Path = FOLDER) -> list[TruePair]:
    """Near copies of classes that nobody had marked in this version."""
    records = json.loads((folder / "unmarked_near.json").read_bytes())
    return [TruePair("class", one["copy"], one["source"], one["delta"]) for one in records]


def split(pairs: Iterable[TruePair], known: Collection[str]) -> tuple[list[TruePair], list[TruePair]]:
    """Those of which both sides are known, and the others."""
    present: list[TruePair] = []
    missing: list[TruePair] = []
    for pair in pairs:
        (present if all(name in known for name in pair.names) else missing).append(pair)
    return present, missing
