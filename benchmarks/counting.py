"""Pairs of copies that a report links, and how many of the pairs that should be linked are."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import networkx as nx

from benchmarks.analysis import Family, plain
from benchmarks.truth import TruePair

Linked = Callable[[str, str], bool]
Pairs = set[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Share:
    """`found` of `total`."""

    found: int
    total: int

    @property
    def value(self) -> float:
        """From 0 to 1; 0 of 0 is 1."""
        return self.found / self.total if self.total else 1.0


def recall(pairs: Iterable[TruePair], linked: Linked) -> Share:
    """The share of true pairs whose two sides are linked."""
    results = [linked(pair.copy, pair.source) for pair in pairs]
    return Share(sum(results), len(results))


def by_membership(families: Iterable[Family]) -> Linked:
    """Linked are two names that stand in one family, whatever the line of either."""
    places: dict[str, set[int]] = defaultdict(set)
    for number, family in enumerate(families):
        for member in family.members:
            places[plain(member)].add(number)
    return lambda left, right: not places.get(left, set()).isdisjoint(places.get(right, set()))


def by_classes_or_methods(families: Sequence[Family]) -> Linked:
    """Linked are two methods whose classes stand in one family, or that stand in a family of methods themselves."""
    linked = by_membership(families)
    return either(linked, by_owner=linked)


def either(linked: Linked, *, by_owner: Linked) -> Linked:
    """Linked are two methods that are linked themselves, or whose classes are."""
    return lambda left, right: linked(left, right) or by_owner(owner(left), owner(right))


def by_pairs(pairs: Pairs) -> Linked:
    return lambda left, right: ordered(left, right) in pairs


def by_chains(pairs: Pairs) -> Linked:
    """Linked are two names that a chain of pairs joins."""
    component = {name: number for number, names in enumerate(chains(pairs)) for name in names}
    return lambda left, right: left in component and component[left] == component.get(right)


def chains(pairs: Pairs) -> list[set[str]]:
    """Connected components."""
    graph: nx.Graph[str] = nx.Graph(list(pairs))
    return [set(names) for names in nx.connected_components(graph)]


def pairs_of(names: Iterable[str]) -> Pairs:
    return {ordered(left, right) for left, right in combinations(names, 2)}


def reported(families: Iterable[Family], wanted: Callable[[str], bool] = lambda name: True) -> Pairs:
    """Distinct pairs of wanted members that stand together in one family."""
    found: Pairs = set()
    for family in families:
        found |= pairs_of(filter(wanted, family.members))
    return found


def within(families: Sequence[Family], budget: int, wanted: Callable[[str], bool]) -> tuple[list[Family], int]:
    """The first families that report no more than `budget` distinct pairs of wanted members, and how many they report.

    The family that would exceed the budget ends the list, and with it everything that is reported after it.
    """
    taken: list[Family] = []
    found: Pairs = set()
    for family in families:
        more = found | pairs_of(filter(wanted, family.members))
        if len(more) > budget:
            break
        taken.append(family)
        found = more
    return taken, len(found)


def ordered(left: str, right: str) -> tuple[str, str]:
    return (left, right) if left < right else (right, left)


def owner(method: str) -> str:
    """The class of a method: `path::Class` of `path::Class.method`."""
    return method.rpartition(".")[0]


def by_difference(pairs: Iterable[TruePair]) -> Mapping[str, list[TruePair]]:
    """Pairs by how their sides differ, in the order of the words."""
    found: dict[str, list[TruePair]] = defaultdict(list)
    for pair in pairs:
        found[pair.difference].append(pair)
    return dict(sorted(found.items()))
