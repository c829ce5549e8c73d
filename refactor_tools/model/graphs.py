"""Edges and what follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from refactor_tools.model.facts import EdgeKind, EdgeVia, Finding

Tier = Literal["atomic", "composite", "application"]
RelationKind = Literal["builds", "holds", "inherits", "receives", "uses"]


@dataclass(frozen=True, slots=True)
class ImportEdge:
    """`source` and `target` are paths relative to the root; an external target is a dotted module name.

    `names` are what a star import binds, or what a string names in the target.
    """

    source: str
    target: str
    line: int
    kind: EdgeKind
    via: EdgeVia
    external: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unresolved:
    """What leads nowhere in the tree and to no known installed or standard module, or is known only at run time."""

    path: str
    line: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cycle:
    """Files that import each other in a ring; `cut` is the edge whose removal costs least.

    Its target is a package's `__init__.py` where the ring closes through that: importing a module runs its packages.
    """

    paths: tuple[str, ...]
    at_runtime: bool
    cut: ImportEdge


@dataclass(frozen=True, slots=True)
class Hidden:
    """A dependency that does not show in an ordinary import: found through `sys.path`, a string or the folder."""

    path: str
    line: int
    target: str
    how: str


@dataclass(frozen=True, slots=True)
class ImportGraph:
    """`notices` say what the graph as a whole cannot show."""

    edges: tuple[ImportEdge, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    findings: tuple[Finding, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """What the definition `source` does with the definition `target` (ids), written at `path`:`line`.

    It `builds` an instance, `holds` the class itself, `inherits` from it, `receives` it or an instance of it from
    outside (by a default, an annotation or a call elsewhere), or only `uses` its name. `member` is the attribute or
    parameter that keeps it, "" where none does; `through` the function, variable or registry that hands it out, ""
    where `source` names it itself.
    """

    source: str
    target: str
    how: RelationKind
    member: str
    path: str
    line: int
    through: str = ""


@dataclass(frozen=True, slots=True)
class FileMetrics:
    """Size and place of one file.

    `fan_in` and `fan_out` count the files that import it and that it imports; `depth` is the number of files on its
    longest chain of imports, itself included and a cycle counted once, and `following` the next file of that chain, ""
    at its end.
    """

    path: str
    lines: int
    definitions: int
    fan_in: int
    fan_out: int
    depth: int
    following: str


@dataclass(frozen=True, slots=True)
class Composition:
    """Definition ids: what each names and is named by, its tier (modules only), and what nothing uses.

    `relations` say how, and follow factories, tables, registries and injected arguments; they are sorted by source.
    """

    uses: Mapping[str, tuple[str, ...]]
    used_by: Mapping[str, tuple[str, ...]]
    tiers: Mapping[str, Tier]
    unused: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
