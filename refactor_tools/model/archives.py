"""What goes to the archive, and what stays."""

from dataclasses import dataclass

from refactor_tools.model.changes import ChangeSet


@dataclass(frozen=True, slots=True)
class Archived:
    """A file that goes from `path` to `new`: the names that it defines, the components that replaced them, and whether
    it is still `used`, from its new place."""

    path: str
    new: str
    names: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    used: bool = False


@dataclass(frozen=True, slots=True)
class Stays:
    """A file that is not archived, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Archive:
    """What a run would move. `named` are files that a person asked for and that stay; `notices` say what no reading of
    the tree can show."""

    changes: ChangeSet
    archived: tuple[Archived, ...] = ()
    stays: tuple[Stays, ...] = ()
    named: tuple[Stays, ...] = ()
    notices: tuple[str, ...] = ()
