"""What moves as one: a definition or constant with all that belongs to it, and what cannot move and why."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import networkx as nx

from refactor_tools.splitting.kinds import Kind, changed_names
from refactor_tools.splitting.source import ModuleSource, Statement

MOVABLE: frozenset[Kind] = frozenset({"definition", "data", "change"})
REPEATED: frozenset[Kind] = frozenset({"import", "logger", "future"})
# Names that every module has and that say something else in another file.
_OF_THE_MODULE = frozenset(
    {"__name__", "__file__", "__package__", "__spec__", "__path__", "__loader__", "__builtins__"}
)
_LOOKS_AROUND = frozenset({"globals", "eval", "exec", "__import__"})
_FRAMES = ("sys._getframe", "inspect.currentframe", "inspect.stack", "inspect.getmodule")


@dataclass(frozen=True, slots=True)
class Unit:
    """Statements that move together, in order. `needs` are other units that its code reads, by number."""

    number: int
    statements: tuple[Statement, ...]
    binds: frozenset[str]
    needs: frozenset[int] = frozenset()

    @property
    def lines(self) -> int:
        return sum((node.end_lineno or 0) - item.line + 3 for item in self.statements for node in item.nodes[-1:])

    @property
    def definitions(self) -> tuple[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, ...]:
        kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        return tuple(node for item in self.statements for node in item.nodes if isinstance(node, kinds))

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(node.name for node in self.definitions if isinstance(node, ast.ClassDef)))

    @property
    def label(self) -> str:
        return ", ".join(sorted(self.binds)) or self.statements[0].label


@dataclass(frozen=True)
class Units:
    """All units of a file. `staying` says of each that cannot move why; `of` gives a name's unit."""

    source: ModuleSource
    units: tuple[Unit, ...]
    staying: Mapping[int, str] = field(default_factory=dict)

    @property
    def movable(self) -> tuple[Unit, ...]:
        return tuple(unit for unit in self.units if unit.number not in self.staying)

    def of(self, name: str) -> Unit | None:
        return next((unit for unit in self.units if name in unit.binds), None)

    def graph(self) -> "nx.DiGraph[int]":
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(unit.number for unit in self.units)
        graph.add_edges_from((unit.number, other) for unit in self.units for other in sorted(unit.needs))
        return graph


def read_units(source: ModuleSource, read_outside: frozenset[str], set_outside: Mapping[str, str]) -> Units:
    """The units of a file.

    Args:
        source: the file
        read_outside: names that other files read from it
        set_outside: names that other files assign in it, to the place where they do
    """
    groups = _grouped(source)
    of_name = {name: number for number, group in enumerate(groups) for item in group for name in item.binds}
    units = []
    for number, group in enumerate(groups):
        binds = frozenset(name for item in group for name in item.binds)
        read = frozenset(name for item in group for name in item.reads)
        needs = frozenset(of_name[name] for name in read if name in of_name) - {number}
        units.append(Unit(number, tuple(group), binds, needs))
    fixed = dict(_fixed(source, units, read_outside, set_outside))
    return Units(source, tuple(units), _with_readers(source, units, fixed))


def _grouped(source: ModuleSource) -> list[list[Statement]]:
    """Statements that bind or change the same name stand in one group; in the order of their first statements."""
    together: nx.Graph[object] = nx.Graph()
    data = {
        name
        for name, statements in source.binders.items()
        if any(item.kind in MOVABLE for item in statements) and not name.startswith("__")
    }
    members = [item for item in source.statements if item.kind in MOVABLE and _owned(item, data)]
    for item in members:
        together.add_node(item.number)
        for name in (item.binds | _changed(item)) & data:
            together.add_edge(item.number, name)
    for name in _rebound(source) & data:
        for item in members:
            if name in item.reads | item.shadowed:
                together.add_edge(item.number, name)
    by_number = {item.number: item for item in members}
    found = [
        [by_number[number] for number in sorted(node for node in component if isinstance(node, int))]
        for component in nx.connected_components(together)
    ]
    return sorted((group for group in found if group), key=lambda group: group[0].number)


def _owned(item: Statement, data: set[str]) -> bool:
    return item.kind != "change" or (bool(_changed(item)) and _changed(item) <= data)


def _changed(item: Statement) -> frozenset[str]:
    if item.kind != "change":
        return frozenset()
    return frozenset(name for node in item.nodes for name in changed_names(node))


def _rebound(source: ModuleSource) -> frozenset[str]:
    """Names that a function of the file rebinds with `global`."""
    return frozenset(name for item in source.statements for name in item.shadowed)


def _fixed(
    source: ModuleSource, units: list[Unit], read_outside: frozenset[str], set_outside: Mapping[str, str]
) -> Iterator[tuple[int, str]]:
    """Units that cannot move, and why."""
    loose = {
        name: item
        for item in source.statements
        if item.kind not in (*MOVABLE, *REPEATED, "docstring") or (item.kind == "change" and not item.binds)
        for name in item.binds
    }
    imported = {name for item in source.statements if item.kind in REPEATED for name in item.binds}
    rebound = _rebound(source)
    for unit in units:
        reason = _looks_around(unit)
        for name in sorted(unit.binds):
            if name in loose:
                reason = reason or f"{name} is bound again in line {loose[name].line}"
            elif name in imported:
                reason = reason or f"{name} is also imported"
            elif name in set_outside:
                reason = reason or f"{set_outside[name]} assigns {name} in this module"
            elif name in rebound and (not name.startswith("_") or name in read_outside):
                reason = reason or f"{name} is rebound with `global`, and other files can read it here"
        if reason:
            yield unit.number, reason


def _looks_around(unit: Unit) -> str:
    for item in unit.statements:
        found = sorted(item.unbound & _OF_THE_MODULE)
        if found:
            return f"reads {found[0]} of its module"
        called = {ast.unparse(node.func) for top in item.nodes for node in ast.walk(top) if isinstance(node, ast.Call)}
        for name in sorted(called):
            if name in _FRAMES or (name in _LOOKS_AROUND and name in item.unbound):
                return f"calls {name}, which sees the module that it stands in"
    return ""


def _with_readers(source: ModuleSource, units: list[Unit], fixed: dict[int, str]) -> dict[int, str]:
    """What reads something that stays has to stay too: the new files never import the old one."""
    bound_here = {
        name: item
        for item in source.statements
        if item.kind in ("effect", "guard", "change", "exports") and not any(item in unit.statements for unit in units)
        for name in item.binds
    }
    for unit in units:
        for name in sorted({name for item in unit.statements for name in item.reads} & set(bound_here)):
            fixed.setdefault(unit.number, f"uses {name}, which line {bound_here[name].line} binds when it runs")
    return spread(units, fixed)


def spread(units: list[Unit] | tuple[Unit, ...], fixed: Mapping[int, str]) -> dict[int, str]:
    """`fixed` with every unit that needs one of them, directly or not."""
    found = dict(fixed)
    labels = {unit.number: unit.label for unit in units}
    changed = True
    while changed:
        changed = False
        for unit in units:
            if unit.number in found:
                continue
            held = next((other for other in sorted(unit.needs) if other in found), None)
            if held is not None:
                found[unit.number] = f"uses {labels[held]}, which stays"
                changed = True
    return found
