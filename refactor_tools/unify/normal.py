"""Normal form: what copies may differ in without being different."""

from collections import Counter
from collections.abc import Mapping

import libcst as cst

from refactor_tools.unify.rewriting import FreeNames, substitute, visited
from refactor_tools.unify.syntax import (
    assigned_name,
    code,
    dotted,
    expression,
    is_constant,
    is_docstring,
    reads,
    statements,
    walk,
)

# How components spell what they import; anything else keeps the file's own spelling.
_SPELLING = (("torch.nn.functional", "F"), ("torch.nn", "nn"), ("torch", "torch"))
_PURE_CALLS = frozenset({"int", "float", "max", "min", "round"})


def spelled(qualified: str) -> str:
    """The house spelling of a qualified torch name: `torch.nn.Linear` -> `nn.Linear`; "" for other packages."""
    for module, alias in _SPELLING:
        if qualified == module or qualified.startswith(module + "."):
            return alias + qualified[len(module) :]
    return ""


def normal_form(node: cst.CSTNode, names: Mapping[str, str]) -> cst.CSTNode:
    """Docstrings and annotations dropped, torch names spelled one way, `super()` without arguments."""
    return visited(visited(node, _Plain()), _Spelling(names))


class _Plain(cst.CSTTransformer):
    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        return updated_node.with_changes(annotation=None)

    def leave_AnnAssign(
        self, original_node: cst.AnnAssign, updated_node: cst.AnnAssign
    ) -> cst.Assign | cst.RemovalSentinel:
        if updated_node.value is None:
            return cst.RemoveFromParent()
        return cst.Assign(targets=[cst.AssignTarget(updated_node.target)], value=updated_node.value)

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        return updated_node.with_changes(body=_returning(_without_docstring(updated_node.body)), returns=None)

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        return updated_node.with_changes(body=_without_docstring(updated_node.body))

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if isinstance(updated_node.func, cst.Name) and updated_node.func.value == "super":
            return updated_node.with_changes(args=[])
        return updated_node


class _Spelling(FreeNames):
    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__(self._house)
        self.names = names

    def _house(self, name: str) -> cst.BaseExpression | None:
        house = spelled(self.names.get(name, ""))
        return expression(house) if house and house != name else None

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        root, _, rest = dotted(original_node).partition(".")
        house = spelled(f"{self.names[root]}.{rest}") if root in self.names else ""
        return expression(house) if house else super().leave_Attribute(original_node, updated_node)


def _without_docstring(body: cst.BaseSuite) -> cst.IndentedBlock:
    items = statements(body)
    if items and is_docstring(items[0]):
        items = items[1:]
    kept = [item for item in items if not isinstance(item, cst.SimpleStatementLine) or item.body]
    return cst.IndentedBlock(body=kept or [cst.SimpleStatementLine(body=[cst.Pass()])])


def _returning(body: cst.IndentedBlock) -> cst.IndentedBlock:
    """`x = e; return x` as `return e`."""
    if len(body.body) < 2:
        return body
    before, last = body.body[-2:]
    if not isinstance(before, cst.SimpleStatementLine) or not isinstance(last, cst.SimpleStatementLine):
        return body
    assigned = assigned_name(before)
    if assigned is None or not isinstance(last.body[0], cst.Return):
        return body
    value = last.body[0].value
    if not isinstance(value, cst.Name) or value.value != assigned[0]:
        return body
    small = last.body[0].with_changes(value=assigned[1])
    united = last.with_changes(body=[small], leading_lines=before.leading_lines)
    return body.with_changes(body=[*body.body[:-2], united])


def inline_locals(node: cst.ClassDef, parameters: frozenset[str], *, everything: bool) -> cst.ClassDef:
    """Replace locals of `__init__` that only name a pure expression by that expression.

    Without `everything` only those go that merely unpack a parameter (`width = config.width`); the others say
    something that a reader wants to keep.
    """
    items = list(node.body.body)
    for position, item in enumerate(items):
        if isinstance(item, cst.FunctionDef) and item.name.value == "__init__":
            items[position] = item.with_changes(body=_inlined(item.body, parameters, everything))
    return node.with_changes(body=node.body.with_changes(body=items))


def _inlined(body: cst.BaseSuite, parameters: frozenset[str], everything: bool) -> cst.BaseSuite:
    items = statements(body)
    stored = Counter(name for item in items for name in _stored(item))
    position = 0
    while position < len(items):
        assigned = assigned_name(items[position])
        if assigned and stored[assigned[0]] == 1 and _replaceable(assigned, parameters, everything):
            rest = [substitute(item, dict([assigned])) for item in items[position + 1 :]]
            items = items[:position] + rest
            continue
        position += 1
    return cst.IndentedBlock(body=items or [cst.SimpleStatementLine(body=[cst.Pass()])])


def _replaceable(assigned: tuple[str, cst.BaseExpression], parameters: frozenset[str], everything: bool) -> bool:
    name, value = assigned
    if name in parameters:
        return False
    unpacks = dotted(value).partition(".")[0] in parameters
    return unpacks or (everything and _pure(value))


def _stored(statement: cst.CSTNode) -> list[str]:
    """Names that a statement binds, anywhere inside it."""
    found: list[str] = []
    for node in walk(statement):
        if isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.For, cst.CompFor, cst.NamedExpr)):
            found += reads(node.target)
    return found


def _pure(value: cst.BaseExpression) -> bool:
    """Arithmetic over names, attributes and constants: the same wherever it is evaluated."""
    if is_constant(value) or dotted(value):
        return not dotted(value).startswith("self.")
    if isinstance(value, cst.BinaryOperation):
        return _pure(value.left) and _pure(value.right)
    if isinstance(value, cst.UnaryOperation):
        return _pure(value.expression)
    if isinstance(value, cst.Call) and code(value.func) in _PURE_CALLS:
        return all(_pure(arg.value) for arg in value.args)
    return False
