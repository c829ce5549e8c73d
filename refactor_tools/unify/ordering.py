"""The order of `__init__`, as far as it is free.

A statement that only keeps a value draws no random numbers and makes no member of `state_dict`: copies that differ in
where it stands do not differ.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import libcst as cst

from refactor_tools.unify.syntax import assigned_attribute, code, key, walk

Statements = Sequence[cst.BaseStatement]
_PURE = frozenset({"int", "float", "len", "max", "min", "round", "getattr", "tuple", "list", "isinstance"})


def keeps_value(statement: cst.BaseStatement) -> bool:
    """Whether it is `self.x = value` with nothing made and nothing called but arithmetic."""
    if not assigned_attribute(statement):
        return False
    return all(code(node.func) in _PURE for node in walk(statement) if isinstance(node, cst.Call))


def in_order_of(left: Statements, right: Statements, attributes: Mapping[str, str]) -> list[cst.BaseStatement]:
    """`right` with the statements that only keep a value where `left` has them, among those that both have."""
    kept = {attributes.get(name, name) for item in left if keeps_value(item) and (name := assigned_attribute(item))}
    times = Counter(map(assigned_attribute, right))
    free = {
        name: item
        for item in right
        if keeps_value(item) and times[name := assigned_attribute(item)] == 1 and name in kept
    }
    rest = [item for item in right if item not in free.values()]
    ordered: list[cst.BaseStatement] = []
    for item in left:
        name = assigned_attribute(item)
        theirs = attributes.get(name, name)
        if theirs in free and keeps_value(item):
            ordered.append(free.pop(theirs))
            continue
        place = next((index for index, other in enumerate(rest) if _corresponds(item, other, theirs)), -1)
        ordered += rest[: place + 1]
        rest = rest[place + 1 :]
    return [*ordered, *rest, *free.values()]


def _corresponds(item: cst.BaseStatement, other: cst.BaseStatement, theirs: str) -> bool:
    return assigned_attribute(other) == theirs if theirs else key(item) == key(other)


def canonical(body: Statements) -> list[tuple[object, ...]]:
    """A form that is equal for bodies that differ in the order of such statements alone."""
    kept = sorted((key(item) for item in body if keeps_value(item)), key=repr)
    return [*(key(item) for item in body if not keeps_value(item)), *kept]
