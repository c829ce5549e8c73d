"""The list of seeded bugs that the gate does not catch, each with the argument why it is none."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

SURVIVORS = Path(__file__).resolve().parent / "ground_truth" / "gate_survivors.yaml"
_KEYS = ("component", "kind", "label", "reason")


@dataclass(frozen=True, slots=True)
class Survivor:
    """One mutant, by what identifies it."""

    component: str
    kind: str
    label: str

    def __str__(self) -> str:
        return f"{self.component}: {self.kind}: {self.label}"


def read_survivors(file: Path) -> list[Survivor]:
    """The listed survivors.

    Raises:
        ValueError: an entry lacks something, the argument among it.
    """
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    entries = document.get("survivors") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError(f"{file.name}: `survivors` must be a list")
    return [_survivor(entry, file.name) for entry in entries]


def disagreements(found: Sequence[Survivor], listed: Sequence[Survivor]) -> list[str]:
    """What was found and is not listed, and what is listed and no longer survives."""
    here, there = Counter(found), Counter(listed)
    new = [f"survived and is not argued in {SURVIVORS.name}: {entry}" for entry in (here - there).elements()]
    return new + [f"is listed in {SURVIVORS.name} and does not survive: {entry}" for entry in (there - here).elements()]


def _survivor(entry: object, file: str) -> Survivor:
    if not isinstance(entry, dict) or sorted(entry) != sorted(_KEYS):
        raise ValueError(f"{file}: an entry has {', '.join(_KEYS)}, not {entry!r}")
    for key in _KEYS:
        if not isinstance(entry[key], str) or not entry[key].strip():
            raise ValueError(f"{file}: `{key}` of {entry!r} must be a text")
    return Survivor(entry["component"], entry["kind"], entry["label"])
