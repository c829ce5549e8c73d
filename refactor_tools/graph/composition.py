"""Which definition uses which and how: the composition graph, and each module's place in it."""

from collections.abc import Iterable, Mapping

from refactor_tools.graph.lookup import Lookup
from refactor_tools.graph.relations import relations
from refactor_tools.graph.tiers import tiers
from refactor_tools.graph.unused import unused
from refactor_tools.model.facts import Scan
from refactor_tools.model.graphs import Composition, ImportGraph
from refactor_tools.scan.names import Names


def composition(scan: Scan, graph: ImportGraph, names: Names | None = None) -> Composition:
    """Edges between the definitions of `scan`, followed through imports and re-exports.

    `uses` are the definitions that one names itself, which is what it needs when it moves; `relations` say how, and
    follow factories, tables, registries and injected arguments as well. `names` are those of `scan`, where known.
    """
    lookup = Lookup.of(scan, names or Names.of(scan))
    found, uses = relations(scan, lookup)
    used_by = _reversed(uses)
    named = {one.target for one in found} | {identity for identity, users in used_by.items() if users}
    return Composition(
        uses=uses,
        used_by=used_by,
        tiers=tiers(scan, found, lookup),
        unused=unused(scan, named, lookup, graph),
        relations=found,
    )


def _reversed(uses: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    users: dict[str, list[str]] = {identity: [] for identity in uses}
    for user, used in uses.items():
        for identity in used:
            users[identity].append(user)
    return {identity: tuple(sorted(found)) for identity, found in users.items()}
