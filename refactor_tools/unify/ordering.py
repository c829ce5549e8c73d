"""The order of `__init__`, as far as it is free.

A statement that only keeps a value draws no random numbers and makes no member of `state_dict`: copies that differ in
where it stands do not differ.
"""

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
    """`right` with the statements that only keep a value in the order in which `left` has them."""
    names = [attributes.get(name, name) for item in left if (name := assigned_attribute(item))]
    places = {name: place for place, name in enumerate(names)}
    free = [index for index, item in enumerate(right) if keeps_value(item) and assigned_attribute(item) in places]
    wanted = sorted(free, key=lambda index: places[assigned_attribute(right[index])])
    ordered = list(right)
    for index, source in zip(free, wanted, strict=True):
        ordered[index] = right[source]
    return ordered


def canonical(body: Statements) -> list[tuple[object, ...]]:
    """A form that is equal for bodies that differ in the order of such statements alone."""
    kept = sorted((key(item) for item in body if keeps_value(item)), key=repr)
    return [*(key(item) for item in body if not keeps_value(item)), *kept]
