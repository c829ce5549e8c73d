"""Old names that still work, who uses them, and what a run would remove."""

from dataclasses import dataclass
from typing import Literal

from refactor_tools.model.changes import ChangeSet


@dataclass(frozen=True, slots=True)
class ShimUse:
    """One use of an old name. `how` is "import", "attribute", "string", "file" (the shim's own file) or "log"."""

    path: str
    line: int
    how: Literal["import", "attribute", "string", "file", "log"]


@dataclass(frozen=True, slots=True)
class ShimUsers:
    """One shim as it stands: `old` the dotted name that people know, `path` its file, `now` the component."""

    original: str
    old: str
    path: str
    name: str
    now: str
    form: Literal["alias", "adapted"]
    users: tuple[ShimUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Pruning:
    """What `prune-shims` found and would do. `expired` says that the project's version has reached `remove_in`; None
    where no version is known, with the reason in `notes`.
    """

    changes: ChangeSet
    removed: tuple[ShimUsers, ...] = ()
    kept: tuple[ShimUsers, ...] = ()
    remove_in: str = ""
    version: str = ""
    expired: bool | None = None
    notes: tuple[str, ...] = ()

    @property
    def overdue(self) -> tuple[ShimUsers, ...]:
        """Shims that stay although their version has come."""
        return self.kept if self.expired else ()
