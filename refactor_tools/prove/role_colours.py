"""Colours of a role graph's nodes: equal where what stands around them is equal, whatever tensors are called.

`known` gives leaves that are paired across graphs a common number; `names` is shared between the graphs to compare, and
numbers everything that a colour is made of.
"""

from collections.abc import Mapping, Sequence

from refactor_tools.prove.role_graph import RoleGraph, Use

_Names = dict[object, int]


def whole(graph: RoleGraph, known: Mapping[int, int], names: _Names, constants: bool = True) -> dict[int, int]:
    """Colours of the leaves by all that is computed from them, and by all that this is computed with.

    Without `constants` an operation is only its name.
    """
    colours: dict[int, int] = {}
    while True:
        given = {leaf: (known.get(leaf), colours.get(leaf)) for leaf in graph.leaves}
        upward = _upwards(graph, downwards(graph, given, names, constants), names)
        found = {leaf: upward[leaf] for leaf in graph.leaves}
        if len(set(found.values())) == len(set(colours.values())):
            return found
        colours = found


def around(
    graph: RoleGraph, known: Mapping[int, int], names: _Names, radius: int, constants: bool = True
) -> dict[int, int]:
    """Colours of the leaves by what stands at most `radius` steps away, without the order of random operations."""
    users = _users(graph)
    colours = [
        _number(names, (use.label, use.constants if constants else (), known.get(place)))
        for place, use in enumerate(graph.nodes)
    ]
    for _ in range(radius):
        colours = [
            _number(
                names,
                (
                    colours[place],
                    _operands(use, colours),
                    tuple(sorted((where, colours[user]) for where, user in users[place])),
                ),
            )
            for place, use in enumerate(graph.nodes)
        ]
    return {leaf: colours[leaf] for leaf in graph.leaves}


def downwards(graph: RoleGraph, known: Mapping[int, object], names: _Names, constants: bool = True) -> list[int]:
    """Colours of all nodes by what they are computed from."""
    colours: list[int] = []
    for place, use in enumerate(graph.nodes):
        own = (use.label, use.constants if constants else (), use.turn, known.get(place))
        colours.append(_number(names, (own, _operands(use, colours))))
    return colours


def _upwards(graph: RoleGraph, colours: Sequence[int], names: _Names) -> list[int]:
    """Colours of all nodes by their own and by what is computed from them."""
    users, found = _users(graph), list(colours)
    for place in reversed(range(len(graph.nodes))):
        uses = sorted((where, found[user]) for where, user in users[place])
        found[place] = _number(names, (colours[place], tuple(uses)))
    return found


def _users(graph: RoleGraph) -> list[list[tuple[int, int]]]:
    """For every node what takes it, and as which operand."""
    users: list[list[tuple[int, int]]] = [[] for _ in graph.nodes]
    for place, use in enumerate(graph.nodes):
        for where, operand in enumerate(use.operands):
            users[operand].append((0 if use.commutes and where < 2 else where, place))
    return users


def _operands(use: Use, colours: Sequence[int]) -> tuple[int, ...]:
    found = [colours[operand] for operand in use.operands]
    if use.commutes:
        found[:2] = sorted(found[:2])
    return tuple(found)


def _number(names: _Names, parts: object) -> int:
    return names.setdefault(parts, len(names))
