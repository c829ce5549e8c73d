"""Who imports whom: every import of a scanned tree as an edge, or listed with the reason why it is none."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from refactor_tools.graph.cycles import cycles
from refactor_tools.graph.double_imports import Loaded, double_imports
from refactor_tools.graph.patterns import Patterns
from refactor_tools.graph.registrations import BY_KEY, Registrations
from refactor_tools.graph.strings import References
from refactor_tools.model.facts import EdgeKind, EdgeVia, FileFacts, Import, Scan
from refactor_tools.model.graphs import Hidden, ImportEdge, ImportGraph, Unresolved
from refactor_tools.scan.names import Names
from refactor_tools.scan.resolve import GUESSED, Resolution

_COMPUTED = "the module's name is computed when the file runs"
_BY_STRING = "import by string"

# Source, line, target, kind, via, external: the order of edges.
_Place = tuple[str, int, str, EdgeKind, EdgeVia, bool]


def import_graph(scan: Scan, names: Names | None = None) -> ImportGraph:
    """The import graph of `scan`, with its cycles, hidden dependencies and what could not be resolved.

    Modules outside the tree are edges too, marked `external`. An import that may fail (in a `try`, or for type checkers
    only) is not reported as unresolved when its package is merely not installed. What a string only mentions is an edge
    but closes no cycle. `names` are those of `scan`, where known.
    """
    names = names or Names.of(scan)
    links = _Links(names, Patterns.of(names.resolver))
    for facts in chain(scan.files, scan.others):
        links.read_imports(facts)
    ring = cycles(links.ordered(), names.resolver.packages)
    references, registrations = References.of(names.resolver, names.attributes), Registrations.of(scan, names)
    for facts in chain(scan.files, scan.others):
        links.read_references(facts, references)
        links.read_registrations(facts, registrations)
    edges = links.ordered()
    return ImportGraph(
        edges=edges,
        cycles=ring,
        unresolved=tuple(sorted(links.unresolved, key=lambda one: (one.path, one.line, one.name, one.reason))),
        hidden=tuple(sorted(links.hidden, key=lambda one: (one.path, one.line, one.target, one.how))),
        findings=double_imports(links.loaded),
        notices=_notices(scan, edges),
    )


def _notices(scan: Scan, edges: Sequence[ImportEdge]) -> tuple[str, ...]:
    """What keeps an empty graph from being taken for a clean one."""
    inside = any(not edge.external for edge in edges)
    if inside or len(scan.files) < 2:
        return ()
    return (f"no import was found from one of these {len(scan.files):,} files to another",)


@dataclass(slots=True)
class _Links:
    """Edges and what else was found, while the files of a tree are gone through."""

    names: Names
    patterns: Patterns
    edges: dict[_Place, set[str]] = field(default_factory=lambda: defaultdict(set))
    targets: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    hidden: set[Hidden] = field(default_factory=set)
    unresolved: set[Unresolved] = field(default_factory=set)
    loaded: set[Loaded] = field(default_factory=set)

    def ordered(self) -> tuple[ImportEdge, ...]:
        """The edges found so far, by file and line."""
        return tuple(_as_edge(place, self.edges[place]) for place in sorted(self.edges))

    def read_imports(self, facts: FileFacts) -> None:
        for found in facts.imports:
            if "*" in found.module:
                self._pattern(facts.path, found)
            else:
                self._import(facts.path, found, self.names.resolution(facts.path, found))
        for computed in facts.computed:
            self.unresolved.add(Unresolved(facts.path, computed.line, computed.name, computed.reason))

    def read_references(self, facts: FileFacts, references: References) -> None:
        for reference in facts.references:
            resolution = references.resolve(facts.path, reference)
            if resolution is None:
                continue
            reason = resolution.reason or (self._lacking(resolution) if reference.how == "name" else "")
            if reason:
                self.unresolved.add(Unresolved(facts.path, reference.line, reference.text, reason))
            if reference.kind != "type-only" and resolution.path not in self.targets[facts.path]:
                self._hide(facts.path, reference.line, resolution, resolution.path)
            self._edge(facts.path, reference.line, reference.kind, resolution, resolution.attributes[:1])

    def read_registrations(self, facts: FileFacts, registrations: Registrations) -> None:
        for looked_up in facts.looked_up:
            for path, registered in registrations.find(facts.path, looked_up):
                resolution = Resolution(path, via="string", how=BY_KEY)
                self._hide(facts.path, looked_up.line, resolution, path)
                self._edge(facts.path, looked_up.line, looked_up.kind, resolution, (registered.definition,))

    def _import(self, path: str, found: Import, resolution: Resolution) -> None:
        brought = self._brought(path, found, resolution) if found.name == "*" else ()
        self._edge(path, found.line, found.kind, resolution, brought)
        self._hide(path, found.line, resolution, resolution.path)
        reason = resolution.reason or self._lacking(resolution)
        if reason and not _may_be_absent(found, resolution):
            self.unresolved.add(Unresolved(path, found.line, _written(found, resolution), reason))
        module = self._loaded_as(found, resolution)
        if module and resolution.path != path and found.kind != "type-only":
            self.loaded.add(Loaded(resolution.path, module, path, found.line))

    def _loaded_as(self, found: Import, resolution: Resolution) -> str:
        """The module's name in `sys.modules`, "" where the import does not tell; a bare `import` that only a guess
        leads into the tree may mean a package that is merely not installed."""
        if not resolution.path or (found.name is None and resolution.how == GUESSED):
            return ""
        place = self.names.resolver.place(resolution.path)
        return resolution.module or ("" if place.script_folder else place.module)

    def _brought(self, path: str, found: Import, resolution: Resolution) -> Iterable[str]:
        """The names that a star import binds; `__all__` may name submodules, which are then imported."""
        facts = self.names.resolver.files.get(resolution.path)
        if facts is None:
            return ()
        brought = self.names.attributes.public(resolution.path).names
        for name in brought.difference(facts.bound):
            submodule = self.names.attributes.submodule(resolution.path, name)
            if submodule:
                self._edge(path, found.line, found.kind, Resolution(submodule, via="star"), ())
        return brought

    def _pattern(self, path: str, found: Import) -> None:
        targets = list(self.patterns.matching(path, found))
        if not targets:
            self.unresolved.add(Unresolved(path, found.line, _module(found), _COMPUTED))
        for target in targets:
            resolution = Resolution(target, via="string", how=_BY_STRING)
            self._edge(path, found.line, found.kind, resolution, ())
            self._hide(path, found.line, resolution, _module(found))

    def _edge(self, path: str, line: int, kind: EdgeKind, resolution: Resolution, names: Iterable[str]) -> None:
        target = resolution.path or resolution.external
        if target and target != path:
            self.edges[(path, line, target, kind, resolution.via, not resolution.path)].update(names)
            self.targets[path].add(target)

    def _hide(self, path: str, line: int, resolution: Resolution, target: str) -> None:
        if resolution.how and resolution.path and resolution.path != path:
            self.hidden.add(Hidden(path, line, target, resolution.how))

    def _lacking(self, resolution: Resolution) -> str:
        if not resolution.path or not resolution.attributes:
            return ""
        name = resolution.attributes[0]
        return "" if self.names.attributes.provides(resolution.path, name) else f"{resolution.path} has no `{name}`"


def _as_edge(place: _Place, names: Iterable[str]) -> ImportEdge:
    source, line, target, kind, via, external = place
    return ImportEdge(source, target, line, kind, via, external, tuple(sorted(names)))


def _may_be_absent(found: Import, resolution: Resolution) -> bool:
    return bool(resolution.external) and (found.guarded or found.kind in ("optional", "type-only"))


def _module(found: Import) -> str:
    return "." * found.level + found.module


def _written(found: Import, resolution: Resolution) -> str:
    module = _module(found)
    if found.name is None or found.name == "*" or resolution.external:
        return module
    return f"{module}{'' if module.endswith('.') else '.'}{found.name}"
