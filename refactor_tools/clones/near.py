"""Groups that are near copies of each other: candidates, verified by alignment, gathered into cliques."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from refactor_tools.clones.candidates import candidate_pairs
from refactor_tools.clones.cliques import Clique, cliques
from refactor_tools.clones.groups import Group
from refactor_tools.clones.likeness import Comparer, Overlap, bag, most_shared
from refactor_tools.clones.roles import comparable, least_similarity
from refactor_tools.clones.substance import says_enough

# Two members of a family may be less alike than each must be to the family's medoid, by this much.
_SLACK = 0.04


def near_groups(groups: Sequence[Group]) -> list[Clique]:
    """Cliques of indices into `groups`."""
    judge = _Judge(groups)
    places = [index for index, group in enumerate(groups) if says_enough(group.first)]
    edges = {}
    for left, right in candidate_pairs([groups[index] for index in places]):
        pair = places[left], places[right]
        similarity = judge.similarity(*pair)
        if similarity:
            edges[pair] = similarity
    sizes = [len(group.members) for group in groups]
    return cliques(edges, sizes, lambda left, right: judge.similarity(left, right, _SLACK))


@dataclass(slots=True)
class _Judge:
    groups: Sequence[Group]
    _comparer: Comparer = field(default_factory=Comparer)
    _bags: dict[int, Counter[str]] = field(default_factory=dict)

    def similarity(self, left: int, right: int, slack: float = 0.0) -> float:
        """How alike two groups are, 0 where that is not enough (less `slack`) for what they are."""
        a, b = self.groups[left], self.groups[right]
        if not comparable(a, b):
            return 0.0
        least = least_similarity(a, b) - slack
        most = Overlap(most_shared(self._bag(left), self._bag(right)), a.first.weight, b.first.weight)
        if most.similarity < least:
            return 0.0
        similarity = self._comparer.overlap(a.first, b.first).similarity
        return similarity if similarity >= least else 0.0

    def _bag(self, index: int) -> Counter[str]:
        if index not in self._bags:
            self._bags[index] = bag(self.groups[index].first.parts)
        return self._bags[index]
