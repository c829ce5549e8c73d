"""Copies of one concept, and what they could become."""

from dataclasses import dataclass
from typing import Literal

Likeness = Literal["exact", "renamed", "near"]
Priority = Literal["high", "medium", "standard"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One hole of a family: its kind, where it stands, and each member's text ("" where the member lacks it)."""

    kind: str
    where: str
    values: tuple[tuple[str, str], ...]
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a family could become; `refusal` says why it cannot, and then the rest is empty."""

    target: str = ""
    category: str = ""
    parameters: tuple[str, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """Members (definition ids, ordered) that are copies of each other; `similarity` is that of the least alike pair.

    `equal` are the members in sets of exact copies, the largest first.
    """

    name: str
    kind: Literal["class", "function", "method"]
    likeness: Likeness
    similarity: float
    members: tuple[str, ...]
    differences: tuple[Difference, ...] | None = None
    proposal: Proposal | None = None
    priority: Priority = "high"
    equal: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Homonym:
    """One name, different algorithms: never merged without being asked."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeepApart:
    """Names (of families, or of members by name or id) that look alike on purpose, and why."""

    names: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class KeptApart:
    """A family that the settings or the map keep apart on purpose."""

    family: Family
    reason: str


@dataclass(frozen=True, slots=True)
class Implicit:
    """A component (definition id) whose computation is written out inside another class, the holder.

    `line` to `end_line` is where; `how` tells whether as statements of a method or as an inline `nn.Sequential`.
    `similarity` is the share of the component's weight that stands there.
    """

    component: str
    holder: str
    line: int
    end_line: int
    similarity: float
    how: Literal["statements", "sequential"]


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of a class (definition id)."""

    holder: str
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A run of layers that several classes write out and for which no component stands; `text` names the layers."""

    text: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Families:
    families: tuple[Family, ...] = ()
    homonyms: tuple[Homonym, ...] = ()
    kept_apart: tuple[KeptApart, ...] = ()
    implicit: tuple[Implicit, ...] = ()
    patterns: tuple[Pattern, ...] = ()
