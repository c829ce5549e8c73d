"""Calls that take their keyword arguments from a dict which stands beside them, written out."""

from collections.abc import Collection, Mapping
from typing import TypeVar

import libcst as cst

from refactor_tools.unify.rewriting import visited
from refactor_tools.unify.syntax import assigned_name, dotted, is_constant, reads, walk

N = TypeVar("N", bound=cst.CSTNode)

_BINDING = cst.AssignTarget | cst.AnnAssign | cst.AugAssign | cst.For | cst.CompFor | cst.NamedExpr


def with_written_out(node: N, name: str) -> N:
    """The class or function with `given = {"a": a}; name(**given)` as `name(a=a)`.

    That is done where the dict is known: made once of constants and of what never changes in the function, and used
    only so. It goes where nothing is left that uses it.
    """
    return visited(node, _Functions(name))


class _Functions(cst.CSTTransformer):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        known = _known(updated_node)
        written = visited(updated_node, _Calls(self.name, known))
        gone = {name for name in known if _spread(updated_node, name) and not _spread(written, name)}
        return visited(written, _WithoutDicts(frozenset(gone)))


def _known(function: cst.FunctionDef) -> dict[str, cst.Dict]:
    """The dicts of a function that can be written out, by name."""
    made = [pair for item in walk(function) if (pair := assigned_name(item))]
    targets = [name for item in walk(function) if isinstance(item, _BINDING) for name in reads(item.target)]
    found = {}
    for name, value in made:
        only_spread = targets.count(name) == 1 and _mentions(function, name) == 1 + _spread(function, name)
        if isinstance(value, cst.Dict) and only_spread and _is_fixed(value, targets):
            found[name] = value
    return found


def _is_fixed(value: cst.Dict, changing: Collection[str]) -> bool:
    for element in value.elements:
        if not isinstance(element, cst.DictElement) or not isinstance(element.key, cst.SimpleString):
            return False
        plain = is_constant(element.value) or isinstance(element.value, cst.Name)
        if not plain or dotted(element.value) in changing or not str(element.key.evaluated_value).isidentifier():
            return False
    return True


def _mentions(function: cst.FunctionDef, name: str) -> int:
    return sum(isinstance(item, cst.Name) and item.value == name for item in walk(function))


def _spread(function: cst.FunctionDef, name: str) -> int:
    """How often a function spreads the dict `name` over a call."""
    stars = (item for item in walk(function) if isinstance(item, cst.Arg) and item.star == "**")
    return sum(dotted(item.value) == name for item in stars)


class _Calls(cst.CSTTransformer):
    def __init__(self, name: str, known: Mapping[str, cst.Dict]) -> None:
        super().__init__()
        self.name, self.known = name, known

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if dotted(updated_node.func) != self.name:
            return updated_node
        args: list[cst.Arg] = []
        for arg in updated_node.args:
            given = self.known.get(dotted(arg.value)) if arg.star == "**" else None
            args += [arg] if given is None else map(_keyword, given.elements)
        return updated_node.with_changes(args=args)


def _keyword(element: cst.BaseDictElement) -> cst.Arg:
    assert isinstance(element, cst.DictElement)
    assert isinstance(element.key, cst.SimpleString)
    equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    return cst.Arg(element.value.deep_clone(), keyword=cst.Name(str(element.key.evaluated_value)), equal=equal)


class _WithoutDicts(cst.CSTTransformer):
    def __init__(self, names: frozenset[str]) -> None:
        super().__init__()
        self.names = names

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.RemovalSentinel:
        assigned = assigned_name(updated_node)
        return cst.RemoveFromParent() if assigned and assigned[0] in self.names else updated_node
