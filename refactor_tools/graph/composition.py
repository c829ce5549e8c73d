"""Which definition uses which and how: the composition graph, and each module's place in it."""

from collections.abc import Iterable, Mapping

from refactor_tools.graph.lookup import Lookup
from refactor_tools.graph.relations import relations
from refactor_tools.graph.tiers import tiers
from refactor_tools.graph.unused import unused
from refactor_tools.model.facts import Scan
from refactor_tools.model.graphs import Composition, ImportGraph


def composition(scan: Scan, graph: ImportGraph, whole: Scan | None = None, lookup: Lookup | None = None) -> Composition:
    """Edges between the definitions of `scan`, followed through imports and re-exports.

    `uses` are the definitions that one names itself, which is what it needs when it moves; `relations` say how, and
    follow factories, tables, registries and injected arguments as well. `whole` is `scan` with the files around it that
    may use it: they count, but only relations of what stands in `scan` are given. `lookup` is that of the whole.
    """
    whole = whole or scan
    lookup = lookup or Lookup.of(whole)
    found, named = relations(whole, lookup)
    own = {definition.id for definition in scan.definitions}
    uses = {identity: named[identity] for identity in own}
    used_by = _reversed(uses)
    targets = {one.target for one in found}.union(*named.values())
    return Composition(
        uses=uses,
        used_by=used_by,
        tiers={identity: tier for identity, tier in tiers(whole, found, lookup).items() if identity in own},
        unused=unused(scan, whole, targets, lookup, graph),
        relations=tuple(one for one in found if one.source in own or one.target in own),
    )


def _reversed(uses: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    users: dict[str, list[str]] = {identity: [] for identity in uses}
    for user, used in uses.items():
        for identity in used:
            if identity in users:
                users[identity].append(user)
    return {identity: tuple(sorted(found)) for identity, found in users.items()}
