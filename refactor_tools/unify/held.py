"""Where among the state keys of a module stand the layers that it builds of one class."""

from collections.abc import Iterator

import libcst as cst

from refactor_tools.unify.syntax import assigned_attribute, dotted, self_attribute, walk

_CONTAINERS = frozenset({"Sequential", "ModuleList"})


def held_at(node: cst.CSTNode, name: str) -> list[str]:
    """The place of every object that a call of `name` makes, as far as it can be told: "pool" for `self.pool = Pool()`,
    "layers.*.1" for the second layer of every item of a list, where `*` is any index.
    """
    found: list[str] = []
    for item in walk(node):
        if isinstance(item, cst.SimpleStatementLine):
            attribute = assigned_attribute(item)
            if attribute and isinstance(item.body[0], cst.Assign):
                found += _places(item.body[0].value, attribute, name)
        elif isinstance(item, cst.Call) and isinstance(item.func, cst.Attribute) and item.func.attr.value == "append":
            attribute = self_attribute(item.func.value)
            if attribute and len(item.args) == 1:
                found += _places(item.args[0].value, f"{attribute}.*", name)
    return found


def _places(value: cst.BaseExpression, place: str, name: str) -> Iterator[str]:
    """Where `name`'s objects stand in what `value` makes, if that stands at `place`."""
    if isinstance(value, cst.IfExp):
        yield from _places(value.body, place, name)
        yield from _places(value.orelse, place, name)
    elif isinstance(value, cst.ListComp | cst.GeneratorExp):
        yield from _places(value.elt, f"{place}.*", name)
    elif isinstance(value, cst.Call) and dotted(value.func) == name:
        yield place
    elif isinstance(value, cst.Call) and dotted(value.func).rpartition(".")[2] in _CONTAINERS:
        yield from _elements(value, place, name)


def _elements(container: cst.Call, place: str, name: str) -> Iterator[str]:
    """Those of a container, whose layers are arguments or the items of one list."""
    args = container.args
    if len(args) == 1 and isinstance(args[0].value, cst.ListComp | cst.GeneratorExp):
        yield from _places(args[0].value, place, name)
        return
    elements: list[cst.BaseElement | cst.Arg] = list(args)
    if len(args) == 1 and isinstance(args[0].value, cst.List | cst.Tuple):
        elements = list(args[0].value.elements)
    for number, element in enumerate(elements):
        if element.star if isinstance(element, cst.Arg) else isinstance(element, cst.StarredElement):
            return
        yield from _places(element.value, f"{place}.{number}", name)
