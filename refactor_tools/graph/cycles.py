"""Import cycles: strongly connected components, and the edge that is cheapest to cut."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import networkx as nx

from refactor_tools.model.graphs import Cycle, ImportEdge

_AT_RUNTIME = ("runtime", "optional")
# Trying an edge costs one pass over its component: in a large one the cheapest edges stand for all.
_MOST_CUTS_TRIED = 60
_MOST_EDGES_PASSED = 100_000

Pair = tuple[str, str]
Packages = Callable[[str, str], Iterable[str]]


def _no_packages(source: str, target: str) -> Iterable[str]:
    return ()


def cycles(edges: Iterable[ImportEdge], packages: Packages = _no_packages) -> tuple[Cycle, ...]:
    """The cycles among files, those that exist at runtime first.

    `packages` gives the `__init__.py` files that an import from one file of another runs on its way; they close rings
    at runtime, too. A larger ring that closes only through lazy or type-only imports is a cycle of its own, not at
    runtime.
    """
    inside = [edge for edge in edges if not edge.external]
    executed = [edge for edge in inside if edge.kind in _AT_RUNTIME]
    passed = {replace(edge, target=path) for edge in executed for path in packages(edge.source, edge.target)}
    at_runtime = _components([*executed, *sorted(passed - set(executed), key=_order)])
    found = [_cycle(component, True) for component in at_runtime]
    known = {frozenset(component.nodes) for component in at_runtime}
    found.extend(
        _cycle(component, False) for component in _components(inside) if frozenset(component.nodes) not in known
    )
    return tuple(sorted(found, key=lambda cycle: (not cycle.at_runtime, len(cycle.paths), cycle.paths)))


@dataclass(frozen=True, slots=True)
class _Component:
    """Files that all reach each other, and the imports between each pair of them."""

    nodes: tuple[str, ...]
    imports: Mapping[Pair, Sequence[ImportEdge]]

    def graph(self) -> "nx.DiGraph[str]":
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_edges_from(self.imports)
        return graph


def _components(edges: Sequence[ImportEdge]) -> list[_Component]:
    between: dict[Pair, list[ImportEdge]] = defaultdict(list)
    for edge in edges:
        between[(edge.source, edge.target)].append(edge)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from(between)
    rings = [nodes for nodes in nx.strongly_connected_components(graph) if len(nodes) > 1]
    ring_of = {node: index for index, nodes in enumerate(rings) for node in nodes}
    imports: list[dict[Pair, list[ImportEdge]]] = [{} for _ in rings]
    for pair in sorted(between):
        index = ring_of.get(pair[0])
        if index is not None and index == ring_of.get(pair[1]):
            imports[index][pair] = between[pair]
    return [_Component(tuple(sorted(nodes)), imports[index]) for index, nodes in enumerate(rings)]


def _cycle(component: _Component, at_runtime: bool) -> Cycle:
    return Cycle(_ring(component), at_runtime, component.imports[_cheapest_cut(component)][0])


def _ring(component: _Component) -> tuple[str, ...]:
    """The files in order of import where they form one ring, else sorted."""
    if len(component.imports) != len(component.nodes):
        return component.nodes
    following = dict(component.imports.keys())
    ring = [component.nodes[0]]
    while len(ring) < len(component.nodes):
        ring.append(following[ring[-1]])
    return tuple(ring)


def _cheapest_cut(component: _Component) -> Pair:
    """The pair whose removal leaves the smallest ring; among equals the one with the fewest imports."""
    graph = component.graph()
    by_cost = sorted(component.imports, key=lambda pair: (len(component.imports[pair]), pair))
    best, smallest = by_cost[0], len(component.nodes) + 1
    tries = max(1, min(_MOST_CUTS_TRIED, _MOST_EDGES_PASSED // len(by_cost)))
    for pair in by_cost[:tries]:
        graph.remove_edge(*pair)
        largest = max(len(nodes) for nodes in nx.strongly_connected_components(graph))
        graph.add_edge(*pair)
        if largest < smallest:
            best, smallest = pair, largest
        if smallest == 1:
            break
    return best


def _order(edge: ImportEdge) -> tuple[str, int, str]:
    return edge.source, edge.line, edge.target
