"""Which definitions belong into one file: communities in the graph of who uses whom, without cycles between them.

Starting from single units, the two groups whose union raises the modularity of the graph the most are merged, again and
again, as long as the union fits into a file and closes no ring of imports.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import networkx as nx

from refactor_tools.clones.forms import name_words, role_word
from refactor_tools.splitting.naming import common_words
from refactor_tools.splitting.units import Unit

# What shared words in the names weigh, where one use of an own helper weighs 1.
_ROLE, _WORDS = 0.5, 0.5
# Groups of functions and constants below this many lines are not worth a file of their own.
_SMALL = 60
# What this many definitions use belongs to none of them.
_MANY = 3


def propose(units: Sequence[Unit], limit: int) -> list[list[Unit]]:
    """Groups of units, in the order of the file; each has at most `limit` lines where its parts allow it."""
    if not units:
        return []
    groups = _Groups(units, limit)
    groups.gather_shared(_MANY)
    groups.merge_communities()
    groups.absorb_small()
    groups.gather_shared(1)
    return sorted((sorted(group, key=_number) for group in groups.units()), key=lambda group: group[0].number)


def _number(unit: Unit) -> int:
    return unit.number


def import_rings(units: Iterable[Unit], of: Mapping[int, object]) -> list[list[int]]:
    """Rings among the groups that `of` puts the units into, as lists of units that need each other across groups."""
    known = {unit.number: unit for unit in units if unit.number in of}
    between: nx.DiGraph[object] = nx.DiGraph()
    for unit in known.values():
        for other in unit.needs:
            if other in known and of[other] != of[unit.number]:
                between.add_edge(of[unit.number], of[other])
    rings = [ring for ring in nx.strongly_connected_components(between) if len(ring) > 1]
    return [
        sorted(
            unit.number
            for unit in known.values()
            if of[unit.number] in ring
            and any(other in known and of[other] in ring and of[other] != of[unit.number] for other in unit.needs)
        )
        for ring in rings
    ]


class _Groups:
    """A partition of the units that is refined; groups are named by the smallest number in them."""

    def __init__(self, units: Sequence[Unit], limit: int) -> None:
        self.limit = limit
        self.by_number = {unit.number: unit for unit in units}
        needs: nx.DiGraph[int] = nx.DiGraph()
        needs.add_nodes_from(self.by_number)
        for unit in units:
            needs.add_edges_from((unit.number, other) for other in sorted(unit.needs) if other in self.by_number)
        self.members = {min(ring): sorted(ring) for ring in nx.strongly_connected_components(needs)}
        of = {number: name for name, ring in self.members.items() for number in ring}
        self.needs: nx.DiGraph[int] = nx.DiGraph()
        self.needs.add_nodes_from(sorted(self.members))
        self.needs.add_edges_from(sorted({(of[a], of[b]) for a, b in needs.edges if of[a] != of[b]}))
        self.ties = self._ties()
        self.apart: set[int] = set()
        self.total = float(self.ties.size(weight="weight")) or 1.0
        self.degree = dict(self.ties.degree(weight="weight"))

    def units(self) -> list[list[Unit]]:
        return [[self.by_number[number] for number in members] for members in self.members.values()]

    def _ties(self) -> "nx.Graph[int]":
        """How strongly two groups belong together: an own helper ties more than one that everybody uses."""
        ties: nx.Graph[int] = nx.Graph()
        ties.add_nodes_from(sorted(self.members))
        users = {name: self.needs.in_degree(name) for name in self.needs}
        for user, used in self.needs.edges:
            self._tie(ties, user, used, 1.0 / users[used])
        common = self._common_words()
        for left, right in combinations(sorted(self.members), 2):
            weight = self._likeness(left, right, common)
            if weight:
                self._tie(ties, left, right, weight)
        return ties

    @staticmethod
    def _tie(ties: "nx.Graph[int]", left: int, right: int, weight: float) -> None:
        before: float = ties.get_edge_data(left, right, {"weight": 0.0})["weight"]
        ties.add_edge(left, right, weight=before + weight)

    def _names(self, group: int) -> list[str]:
        """What the group's names say: those of classes, of functions where it has none, of constants else."""
        units = [self.by_number[number] for number in self.members[group]]
        classes = [name for unit in units for name in unit.classes]
        return classes or [node.name for unit in units for node in unit.definitions]

    def _common_words(self) -> frozenset[str]:
        return common_words([name for group in sorted(self.members) for name in self._names(group)])

    def _likeness(self, left: int, right: int, common: frozenset[str]) -> float:
        ours, theirs = self._names(left), self._names(right)
        if not ours or not theirs or self._has_class(left) != self._has_class(right):
            return 0.0
        roles = ({role_word(name) for name in ours} - common) & ({role_word(name) for name in theirs} - common)
        first = {word for name in ours for word in name_words(name)} - common
        second = {word for name in theirs for word in name_words(name)} - common
        return (_ROLE if roles else 0.0) + _WORDS * len(first & second) / max(len(first | second), 1)

    def _has_class(self, group: int) -> bool:
        return any(self.by_number[number].classes for number in self.members[group])

    def lines(self, group: int) -> int:
        return sum(self.by_number[number].lines for number in self.members[group])

    def merge_communities(self) -> None:
        while True:
            gains = sorted(
                ((self._gain(a, b), a, b) for a, b in self.ties.edges if self._gain(a, b) > 1e-9),
                key=lambda item: (-item[0], item[1], item[2]),
            )
            pair = next(((a, b) for _, a, b in gains if self._may_join(a, b)), None)
            if pair is None:
                return
            self.merge(*pair)

    def _gain(self, left: int, right: int) -> float:
        weight = self.ties[left][right]["weight"]
        return float(weight / self.total - self.degree[left] * self.degree[right] / (2 * self.total**2))

    def _may_join(self, left: int, right: int) -> bool:
        return not {left, right} & self.apart and self._fit(left, right) and self.may_merge(left, right)

    def _fit(self, left: int, right: int) -> bool:
        return self.lines(left) + self.lines(right) <= self.limit

    def may_merge(self, left: int, right: int) -> bool:
        """Whether no path leads from one to the other through a third."""
        for source, target in ((left, right), (right, left)):
            direct = self.needs.has_edge(source, target)
            if direct:
                self.needs.remove_edge(source, target)
            ring = nx.has_path(self.needs, source, target)
            if direct:
                self.needs.add_edge(source, target)
            if ring:
                return False
        return True

    def merge(self, left: int, right: int) -> None:
        kept, gone = min(left, right), max(left, right)
        self.members[kept] = sorted(self.members[kept] + self.members.pop(gone))
        self.degree[kept] += self.degree.pop(gone)
        for source in [other for other in self.needs.predecessors(gone) if other != kept]:
            self.needs.add_edge(source, kept)
        for target in [other for other in self.needs.successors(gone) if other != kept]:
            self.needs.add_edge(kept, target)
        self.needs.remove_node(gone)
        for other in list(self.ties[gone]):
            if other != kept:
                self._tie(self.ties, kept, other, self.ties[gone][other]["weight"])
        self.ties.remove_node(gone)

    def gather_shared(self, users: int) -> None:
        """Functions that so many groups use stand together, and so do constants; in the end all constants."""
        for kind, least in ((self._is_data, users - (users == 1)), (self._is_functions, users)):
            shared = [group for group in sorted(self.members) if kind(group) and self.needs.in_degree(group) >= least]
            for left, right in combinations(shared, 2):
                here = left in self.members and right in self.members
                if here and self._fit(left, right) and self.may_merge(left, right):
                    self.merge(left, right)
            self.apart.update(group for group in shared if group in self.members)

    def absorb_small(self) -> None:
        """Functions and constants that are too little for a file go to their only user."""
        for group in sorted(self.members):
            if group not in self.members or not self._is_small(group):
                continue
            users = list(self.needs.predecessors(group))
            if len(users) == 1 and self._fit(group, users[0]):
                self.merge(group, users[0])

    def _weight(self, left: int, right: int) -> float:
        return float(self.ties.get_edge_data(left, right, {"weight": 0.0})["weight"])

    def _is_data(self, group: int) -> bool:
        return not any(self.by_number[number].definitions for number in self.members[group])

    def _is_functions(self, group: int) -> bool:
        return not self._has_class(group) and not self._is_data(group)

    def _is_small(self, group: int) -> bool:
        return not self._has_class(group) and self.lines(group) < _SMALL
