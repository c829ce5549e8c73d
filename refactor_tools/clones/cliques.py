"""Near families: sets in which every pair is alike, gathered around the member that is most like the others."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import combinations

# How many near families one group may stand in, and how many definitions one family may hold.
MOST = 3
LARGEST = 120

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Clique:
    """Indices of groups, the medoid first."""

    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Graph:
    """Neighbours by strength, best first, and each node's neighbours as the bits of one integer."""

    near: Mapping[int, Sequence[tuple[float, int]]]
    joined: Mapping[int, int]
    edges: Mapping[Pair, float]
    sizes: Sequence[int]


def cliques(edges: Mapping[Pair, float], sizes: Sequence[int], least: float) -> list[Clique]:
    """Cover the edges that are at least as strong as `least`; weaker ones only let others stand together.

    Every node proposes the clique around it: neighbours join from the most alike on, each only where it is joined to
    all that joined before. Proposals are taken greedily by how many pairs of definitions they newly bring together,
    weighted by strength; a node leaves proposals once it stands in `MOST` families.
    """
    graph = _graph(edges, sizes)
    covered: set[Pair] = set()
    standing: Counter[int] = Counter()
    found: list[Clique] = []
    heap = [(-_gain(members, graph, covered), members) for members in _proposals(graph, least)]
    heapify(heap)
    while heap:
        _, members = heappop(heap)
        left = tuple(node for node in members if standing[node] < MOST)
        gain = _gain(left, graph, covered)
        if not gain:
            continue
        if heap and -gain > heap[0][0]:
            # What was taken meanwhile has made this one worth less: it waits for its turn.
            heappush(heap, (-gain, left))
            continue
        found.append(Clique(left))
        standing.update(left)
        covered.update(_pairs(left))
    return found


def _graph(edges: Mapping[Pair, float], sizes: Sequence[int]) -> _Graph:
    near: dict[int, list[tuple[float, int]]] = defaultdict(list)
    joined: dict[int, int] = defaultdict(int)
    for (left, right), strength in edges.items():
        near[left].append((-strength, right))
        near[right].append((-strength, left))
        joined[left] |= 1 << right
        joined[right] |= 1 << left
    for neighbours in near.values():
        neighbours.sort()
    return _Graph(near, joined, edges, sizes)


def _proposals(graph: _Graph, least: float) -> Iterator[tuple[int, ...]]:
    for medoid, neighbours in graph.near.items():
        members, joined, size = [medoid], 1 << medoid, graph.sizes[medoid]
        for distance, node in neighbours:
            if -distance < least:
                break
            if size + graph.sizes[node] <= LARGEST and not joined & ~graph.joined[node]:
                members.append(node)
                joined |= 1 << node
                size += graph.sizes[node]
        if len(members) > 1:
            yield tuple(members)


def _gain(members: Sequence[int], graph: _Graph, covered: set[Pair]) -> float:
    """Pairs of definitions that `members` would newly bring together, weighted by how alike they are."""
    sizes, edges = graph.sizes, graph.edges
    return sum(sizes[pair[0]] * sizes[pair[1]] * edges[pair] for pair in _pairs(members) if pair not in covered)


def _pairs(members: Sequence[int]) -> Iterator[Pair]:
    return combinations(sorted(members), 2)
