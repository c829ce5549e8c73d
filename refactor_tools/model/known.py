"""Findings that were there before, told by their content, and what is new against them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from refactor_tools.model.graphs import Cycle, Hidden, Unresolved

FindingKind = Literal["duplicates", "drift", "cycles", "hidden", "unresolved", "over-limit", "unused"]
FINDING_KINDS: tuple[FindingKind, ...] = get_args(FindingKind)


# How much of a mark tells what a statement does under any names.
SHAPE = 4


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement without those inside it; `line` is 0 and `text` "" where only the mark was kept."""

    mark: str
    line: int = 0
    text: str = ""

    @property
    def shape(self) -> str:
        """Equal for statements that do the same under other names."""
        return self.mark[:SHAPE]

    @property
    def content(self) -> str:
        """Equal for statements that are the same."""
        return self.mark[SHAPE:]


@dataclass(frozen=True, slots=True)
class KnownFamily:
    """Members are keys: definition ids in which no line number stands."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """`contents` has the statements of families' members. Paths are relative to the root, definitions are keys."""

    families: tuple[KnownFamily, ...] = ()
    contents: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)
    cycles: frozenset[tuple[str, ...]] = frozenset()
    hidden: frozenset[tuple[str, str, str]] = frozenset()
    unresolved: frozenset[tuple[str, str]] = frozenset()
    over_limit: frozenset[str] = frozenset()
    unused: frozenset[str] = frozenset()

    def __len__(self) -> int:
        rest = (self.cycles, self.hidden, self.unresolved, self.over_limit, self.unused)
        return len(self.families) + sum(map(len, rest))


@dataclass(frozen=True, slots=True)
class Changed:
    """One difference between a member then and now. `line` is today's; `old` is "" where something was added, `new`
    where something was removed, and `old` is None where only a mark was kept of it."""

    line: int
    old: str | None
    new: str


@dataclass(frozen=True, slots=True)
class Drift:
    """A member of a known family that changed while `unchanged`, other members of it, did not change with it."""

    family: str
    member: str
    unchanged: tuple[str, ...]
    changes: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class NewCopies:
    """A family with the members that are new in it: all of them where the family itself is new."""

    name: str
    members: tuple[str, ...]
    joined: tuple[str, ...]

    @property
    def is_new(self) -> bool:
        return self.members == self.joined


@dataclass(frozen=True, slots=True)
class News:
    """What is found now and was not known. Definitions are ids of today's tree."""

    copies: tuple[NewCopies, ...] = ()
    drift: tuple[Drift, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    over_limit: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    def counts(self) -> dict[FindingKind, int]:
        return {
            "duplicates": len(self.copies),
            "drift": len(self.drift),
            "cycles": len(self.cycles),
            "hidden": len(self.hidden),
            "unresolved": len(self.unresolved),
            "over-limit": len(self.over_limit),
            "unused": len(self.unused),
        }


@dataclass(frozen=True, slots=True)
class SinceReport:
    """What was brought in since `revision`, which is the commit `commit`."""

    revision: str
    commit: str
    news: News


@dataclass(frozen=True, slots=True)
class BaselineReport:
    """What the baseline file `path` does not accept. `accepted` findings stand in it now, `removed` have vanished from
    the tree and so from it; `created` is true where this run wrote it first."""

    path: str
    accepted: int
    removed: int
    created: bool
    news: News
