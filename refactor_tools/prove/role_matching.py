"""Pairs the tensors of two role graphs: those that are used alike, all the way to the inputs and the outputs.

Colour refinement over both graphs at once. Where several tensors keep one colour they play the same part; a pair of
them is fixed by name and order, and the rest is refined again, so that a bias follows its weight. Whether the pairs
hold is then seen: with them as names, both graphs must give the same hash for every output.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from refactor_tools.prove.role_colours import around, downwards, whole
from refactor_tools.prove.role_graph import RoleGraph

# What is looked at where the whole graphs do not agree: all but the constants, so that what takes another `eps` is
# still what it was, then ever less of what stands around a tensor.
_SURROUNDINGS = (
    partial(whole, constants=False),
    *(
        partial(around, radius=radius, constants=constants)
        for constants, radii in ((True, (8, 4, 2, 1)), (False, (4, 2, 1)))
        for radius in radii
    ),
)

Pairs = Mapping[int, int]
# Leaves of the left graph and of the right that are alike.
Alike = tuple[tuple[int, ...], tuple[int, ...]]
_Colours = Callable[[RoleGraph, Mapping[int, int], dict[object, int]], Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class Matching:
    """`pairs` are leaves of the left graph and of the right. `exact`: with them both graphs compute the same.

    `ambiguous` are leaves that are alike and of which nothing proves that they may change places.
    """

    pairs: Pairs
    exact: bool
    ambiguous: tuple[Alike, ...] = ()


def match(left: RoleGraph, right: RoleGraph) -> Matching:
    """Pair the leaves of two graphs by their roles."""
    certain = _singles(left, right, {}, whole)
    pairs = dict(certain)
    while alike := [entry for entry in _classes(left, right, pairs, whole) if len(entry[0]) == len(entry[1])]:
        pairs |= [_most_alike(left, right, alike[0])]
        pairs |= _singles(left, right, pairs, whole)
    if len(pairs) == len(left.leaves) == len(right.leaves) and computes_the_same(left, right, pairs):
        return Matching(pairs, True)
    return _nearby(left, right, certain)


def computes_the_same(left: RoleGraph, right: RoleGraph, pairs: Pairs) -> bool:
    """Whether every output of both graphs is computed alike when paired leaves are the same tensor."""
    names: dict[object, int] = {}
    ours = downwards(left, {leaf: leaf for leaf in pairs}, names)
    theirs = downwards(right, {other: leaf for leaf, other in pairs.items()}, names)
    return Counter(ours[place] for place in left.outputs) == Counter(theirs[place] for place in right.outputs)


def _nearby(left: RoleGraph, right: RoleGraph, certain: Pairs) -> Matching:
    """Pair what is alike as far as the surroundings go, in graphs that are not the same as a whole."""
    pairs = dict(certain)
    for colours in _SURROUNDINGS:
        pairs |= _singles(left, right, pairs, colours)
    pairs |= _unused(left, right, pairs)
    return Matching(pairs, False, tuple(_ambiguous(left, right, pairs)))


def _ambiguous(left: RoleGraph, right: RoleGraph, pairs: Pairs) -> Iterator[Alike]:
    """The unpaired leaves that are alike as far around as any are."""
    said: set[int] = set()
    for colours in _SURROUNDINGS:
        for ours, theirs in list(_classes(left, right, pairs, colours)):
            if said.isdisjoint(ours):
                said.update(ours)
                yield ours, theirs


def _unused(left: RoleGraph, right: RoleGraph, pairs: Pairs) -> dict[int, int]:
    """Pair what nothing uses by name and order: it computes nothing, so that no other pair is better."""
    used = [{operand for node in graph.nodes for operand in node.operands} for graph in (left, right)]
    found: dict[int, int] = {}
    for ours, theirs in _classes(left, right, pairs, partial(around, radius=0)):
        idle = [leaf for leaf in ours if leaf not in used[0]], [leaf for leaf in theirs if leaf not in used[1]]
        while idle[0] and len(idle[0]) == len(idle[1]):
            first, second = _most_alike(left, right, (tuple(idle[0]), tuple(idle[1])))
            found[first] = second
            idle[0].remove(first)
            idle[1].remove(second)
    return found


def _singles(left: RoleGraph, right: RoleGraph, pairs: Pairs, colours: _Colours) -> dict[int, int]:
    alike = _classes(left, right, pairs, colours)
    return {ours[0]: theirs[0] for ours, theirs in alike if len(ours) == len(theirs) == 1}


def _classes(left: RoleGraph, right: RoleGraph, pairs: Pairs, colours: _Colours) -> Iterator[Alike]:
    """The unpaired leaves of each colour that both sides have, in the left graph's order."""
    names: dict[object, int] = {}
    ours = colours(left, {leaf: leaf for leaf in pairs}, names)
    theirs = colours(right, {other: leaf for leaf, other in pairs.items()}, names)
    for colour in dict.fromkeys(ours.values()):
        here = tuple(leaf for leaf, held in ours.items() if held == colour and leaf not in pairs)
        there = tuple(leaf for leaf, held in theirs.items() if held == colour and leaf not in pairs.values())
        if here and there:
            yield here, there


def _most_alike(left: RoleGraph, right: RoleGraph, alike: Alike) -> tuple[int, int]:
    """The pair that shares most words of its names; of equals the one whose places are nearest."""
    ours, theirs = alike
    pairs = [(place, other) for place in range(len(ours)) for other in range(len(theirs))]
    place, other = max(
        pairs,
        key=lambda pair: (
            len(_words(left.leaves[ours[pair[0]]]) & _words(right.leaves[theirs[pair[1]]])),
            -abs(pair[0] - pair[1]),
        ),
    )
    return ours[place], theirs[other]


def _words(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for name in names for word in name.replace("_", ".").split("."))
