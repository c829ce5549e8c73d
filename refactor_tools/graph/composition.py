"""Which definition uses which: the composition graph, and each module's place in it."""

from collections.abc import Iterable, Mapping

from refactor_tools.model.facts import Definition, FileFacts, Scan
from refactor_tools.model.graphs import Composition, ImportGraph, Tier
from refactor_tools.scan.names import Names

_TEST = ("test_", "Test")


def composition(scan: Scan, graph: ImportGraph) -> Composition:
    """Edges between the definitions of `scan`, followed through imports and re-exports.

    A module is `atomic` if it builds no other module of the tree, an `application` if nothing of the tree builds or
    extends it and it builds at least two modules or one that is itself composite, else `composite`. `unused` is what no
    definition, no module-level statement and no other file's import or `__all__` reads; tests, registered definitions
    (with a decorator) and files that are imported whole (a star, a string) are not counted.
    """
    names = Names.of(scan)
    uses = {definition.id: _used(definition, names) for definition in scan.definitions}
    used_by = _reversed(uses)
    return Composition(
        uses=uses,
        used_by=used_by,
        tiers=_tiers(scan, names),
        unused=_unused(scan, names, used_by, graph),
    )


def builds(definition: Definition, names: Names) -> tuple[str, ...]:
    """The ids of the tree's modules that `definition` builds, holds or is given as a factory; not what it extends."""
    found = {names.within(definition, built.name) for built in definition.built if built.how != "inherits"}
    modules = (identity for identity in found if identity and identity != definition.id)
    return tuple(sorted(identity for identity in modules if names.by_id[identity].is_module))


def _used(definition: Definition, names: Names) -> tuple[str, ...]:
    found = {names.within(definition, built.name) for built in definition.built}
    return tuple(sorted(identity for identity in found if identity and identity != definition.id))


def _reversed(uses: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    users: dict[str, list[str]] = {identity: [] for identity in uses}
    for user, used in uses.items():
        for identity in used:
            users[identity].append(user)
    return {identity: tuple(sorted(found)) for identity, found in users.items()}


def _tiers(scan: Scan, names: Names) -> dict[str, Tier]:
    modules = [definition for definition in scan.definitions if definition.is_module]
    built = {module.id: builds(module, names) for module in modules}
    taken = {identity for found in built.values() for identity in found}
    for module in modules:
        parents = (names.definition(module.path, base) for base in module.bases)
        taken.update(parent for parent in parents if parent)
    return {module.id: _tier(module.id, built, taken) for module in modules}


def _tier(identity: str, built: Mapping[str, tuple[str, ...]], taken: set[str]) -> Tier:
    own = built[identity]
    if not own:
        return "atomic"
    is_large = len(own) > 1 or any(built[inner] for inner in own)
    return "application" if is_large and identity not in taken else "composite"


def _taken_whole(scan: Scan, names: Names, graph: ImportGraph) -> frozenset[str]:
    by_string = {edge.target for edge in graph.edges if edge.via == "string" and not edge.names}
    starred = {
        names.resolution(facts.path, found).path for facts in scan.files for found in facts.imports if found.name == "*"
    }
    return frozenset(by_string | starred)


def _unused(scan: Scan, names: Names, used_by: Mapping[str, tuple[str, ...]], graph: ImportGraph) -> tuple[str, ...]:
    whole = _taken_whole(scan, names, graph)
    reached = {identity for facts in (*scan.files, *scan.others) for identity in _reached_by(facts, names)}
    reached.update(
        identity
        for edge in graph.edges
        for name in (edge.names if edge.via == "string" else ())
        if (identity := names.definition(edge.target, name))
    )
    return tuple(
        definition.id
        for definition in scan.definitions
        if not used_by[definition.id]
        and definition.path not in whole
        and definition.id not in reached
        and not definition.decorators
        and not definition.name.startswith(_TEST)
        and definition.name != "main"
    )


def _reached_by(facts: FileFacts, names: Names) -> Iterable[str]:
    """Definitions that the file imports, exports or reads at its top level."""
    written = {*facts.names, *(facts.exported or ())}
    written.update(found.bound for found in facts.imports if found.name)
    found = (names.definition(facts.path, name) for name in written if name)
    return [identity for identity in found if identity]
