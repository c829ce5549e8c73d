"""Who imports whom: every import of a scanned tree as an edge, or listed with the reason why it is none."""

import re
from collections.abc import Iterator
from posixpath import dirname

from refactor_tools.graph.cycles import cycles
from refactor_tools.model.facts import FileFacts, Import, Scan
from refactor_tools.model.graphs import Hidden, ImportEdge, ImportGraph, Unresolved
from refactor_tools.scan.names import Names
from refactor_tools.scan.resolve import Resolution, Resolver

_COMPUTED = "the module's name is computed when the file runs"


def import_graph(scan: Scan, names: Names | None = None) -> ImportGraph:
    """The import graph of `scan`, with its cycles, hidden dependencies and what could not be resolved.

    Modules outside the tree are edges too, marked `external`. An import that may fail (in a `try`, or for type checkers
    only) is not reported as unresolved when its package is merely not installed. `names` are those of `scan`, where
    known.
    """
    names = names or Names.of(scan)
    edges: set[ImportEdge] = set()
    hidden: set[Hidden] = set()
    unresolved: set[Unresolved] = set()
    for facts in scan.files:
        for found, resolution in _resolutions(facts, names):
            if resolution.path and resolution.path != facts.path:
                edges.add(ImportEdge(facts.path, resolution.path, found.line, found.kind, resolution.via))
            if resolution.external:
                edges.add(ImportEdge(facts.path, resolution.external, found.line, found.kind, resolution.via, True))
            if resolution.how and resolution.path:
                target = "." * found.level + found.module if "*" in found.module else resolution.path
                hidden.add(Hidden(facts.path, found.line, target, resolution.how))
            if resolution.reason and not _may_be_absent(found, resolution):
                unresolved.add(Unresolved(facts.path, found.line, _written(found, resolution), resolution.reason))
    ordered = tuple(sorted(edges, key=edge_order))
    return ImportGraph(
        edges=ordered,
        cycles=cycles(ordered),
        unresolved=tuple(sorted(unresolved, key=lambda one: (one.path, one.line, one.name))),
        hidden=tuple(sorted(hidden, key=lambda one: (one.path, one.line, one.target, one.how))),
    )


def _resolutions(facts: FileFacts, names: Names) -> Iterator[tuple[Import, Resolution]]:
    for found in facts.imports:
        if "*" in found.module:
            for resolution in _matching(facts, found, names.resolver):
                yield found, resolution
        else:
            yield found, names.resolution(facts.path, found)


def _matching(facts: FileFacts, found: Import, resolver: Resolver) -> Iterator[Resolution]:
    """A name with computed parts may be any module of the tree that fits its literal parts."""
    literal = found.module.partition("*")[0]
    if "." not in literal and not found.level:
        yield Resolution(reason=_COMPUTED)
        return
    prefix = f"{resolver.place(_anchor(facts.path, found.level)).module}." if found.level else ""
    pattern = re.compile(re.escape(prefix + found.module).replace(r"\*", r"\w+"))
    paths = [path for path in resolver.files if pattern.fullmatch(_importable_name(path, resolver))]
    if not paths:
        yield Resolution(reason=_COMPUTED)
    for path in sorted(paths):
        yield Resolution(path, via="string", how="import by string")


def _importable_name(path: str, resolver: Resolver) -> str:
    """The module of `path`; for a script folder's file the name under its folder's path, as a namespace gives it."""
    place = resolver.place(path)
    if not place.script_folder:
        return place.module
    folders = [part for part in dirname(path).split("/") if part]
    if "src" in folders:
        folders = folders[len(folders) - folders[::-1].index("src") :]
    return ".".join([*folders, place.module])


def _anchor(path: str, level: int) -> str:
    folder = dirname(path)
    for _ in range(level - 1):
        folder = dirname(folder)
    return f"{folder}/__init__.py" if folder else "__init__.py"


def _may_be_absent(found: Import, resolution: Resolution) -> bool:
    return bool(resolution.external) and (found.guarded or found.kind in ("optional", "type-only"))


def _written(found: Import, resolution: Resolution) -> str:
    module = "." * found.level + found.module
    if found.name is None or found.name == "*" or resolution.external:
        return module
    return f"{module}{'' if module.endswith('.') else '.'}{found.name}"


def edge_order(edge: ImportEdge) -> tuple[str, int, str, str, str]:
    """By place, then by what it leads to."""
    return edge.source, edge.line, edge.target, edge.kind, edge.via
