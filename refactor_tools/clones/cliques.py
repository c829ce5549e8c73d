"""Near families: sets in which every pair is alike, gathered around the member that is most like the others."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

# How many near families one group may stand in.
MOST = 3


@dataclass(frozen=True, slots=True)
class Clique:
    """Indices of groups, the medoid first, and the similarity of the least alike pair."""

    members: tuple[int, ...]
    similarity: float


def cliques(
    edges: Mapping[tuple[int, int], float], sizes: Sequence[int], together: Callable[[int, int], float]
) -> list[Clique]:
    """Cover every node of `edges` that can be covered.

    `together` is the similarity of two groups that may stand in one family though no edge joins them, 0 where they may
    not. Each clique starts from the uncovered node with the most similar surroundings; members join in order of their
    similarity to it, and only where they are alike to all that have joined. Cliques overlap only where a node would
    otherwise stand in none, so that one concept gives one report.
    """
    near: dict[int, dict[int, float]] = defaultdict(dict)
    for (left, right), similarity in edges.items():
        near[left][right] = near[right][left] = similarity
    centrality = {node: sum(value * sizes[other] for other, value in near[node].items()) for node in near}
    memberships: Counter[int] = Counter()
    found: list[Clique] = []
    for medoid in sorted(near, key=lambda node: (-centrality[node], node)):
        if memberships[medoid]:
            continue
        clique = _around(medoid, near, memberships, together)
        if len(clique.members) > 1:
            memberships.update(clique.members)
            found.append(clique)
    return found


def _around(
    medoid: int,
    near: Mapping[int, Mapping[int, float]],
    memberships: Mapping[int, int],
    together: Callable[[int, int], float],
) -> Clique:
    """The clique of `medoid` among nodes that stand in none yet, else among those that may stand in one more."""
    fresh = {node: value for node, value in near[medoid].items() if not memberships[node]}
    spare = {node: value for node, value in near[medoid].items() if 0 < memberships[node] < MOST}
    clique = Clique((medoid,), 1.0)
    for neighbours in (fresh, spare):
        if len(clique.members) == 1:
            clique = _grown(medoid, neighbours, near, together)
    return clique


def _grown(
    medoid: int,
    neighbours: Mapping[int, float],
    near: Mapping[int, Mapping[int, float]],
    together: Callable[[int, int], float],
) -> Clique:
    members, least = [medoid], 1.0
    for node, similarity in sorted(neighbours.items(), key=lambda item: (-item[1], item[0])):
        pairs = [near[node].get(member) or together(node, member) for member in members[1:]]
        if all(pairs):
            members.append(node)
            least = min(least, similarity, *pairs)
    return Clique(tuple(members), least)
