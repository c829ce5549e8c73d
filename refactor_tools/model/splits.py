"""A file that is divided: what goes where, and what was shown of it."""

from dataclasses import dataclass
from typing import Literal

from refactor_tools.model.changes import ChangeSet
from refactor_tools.model.outcomes import Refusal

SplitVerdict = Literal["SAME", "DIFFERENT", "NOT_RUN", "NOT_ASKED"]


@dataclass(frozen=True, slots=True)
class SplitRequest:
    """`file` and `into` are relative to the root; `files` is the map by stem, empty for the tool's own proposal."""

    file: str
    files: tuple[tuple[str, tuple[str, ...]], ...] = ()
    into: str = ""
    prove: bool = True


@dataclass(frozen=True, slots=True)
class PartFile:
    """A new file: its names in order, and which of the other new files it imports."""

    path: str
    lines: int
    names: tuple[str, ...]
    imports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Staying:
    """Something that stays in the old file, and why."""

    name: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class SurfaceTask:
    """A module to be imported in a child, by its dotted name; `build` are classes whose state is listed too."""

    module: str
    build: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """A division and its proof: `verdict` is about the module as it is imported before and after."""

    source: str
    facade: str
    facade_lines: int
    lines: int
    parts: tuple[PartFile, ...]
    staying: tuple[Staying, ...]
    notices: tuple[str, ...]
    changes: ChangeSet
    verdict: SplitVerdict = "NOT_ASKED"
    reason: str = ""
    refusal: Refusal | None = None
    map_text: str = ""
