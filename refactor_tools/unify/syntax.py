"""libcst trees seen without their formatting."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import cache

import libcst as cst

_FORMAT_FIELDS = frozenset(
    {
        "lpar",
        "rpar",
        "comma",
        "semicolon",
        "leading_lines",
        "lines_after_decorators",
        "header",
        "footer",
        "indent",
        "equal",
        "lbracket",
        "rbracket",
        "lbrace",
        "rbrace",
        "dot",
        "colon",
        "annotation",
        "returns",
        "asynchronous",
        "type_parameters",
        "type_comment",
    }
)

Part = cst.CSTNode | Sequence[cst.CSTNode] | str | None


@cache
def _meaningful(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    names = (field.name for field in fields(kind))
    return tuple(name for name in names if name not in _FORMAT_FIELDS and "whitespace" not in name)


def parts(node: cst.CSTNode) -> Iterator[tuple[str, Part]]:
    """A node's fields that mean something: children, sequences of children, tokens."""
    for name in _meaningful(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.MaybeSentinel):
            value = None
        yield name, value


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes directly below, formatting left out."""
    for _, part in parts(node):
        if isinstance(part, cst.CSTNode):
            yield part
        elif part is not None and not isinstance(part, str):
            yield from part


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and everything below it, in source order."""
    yield node
    for child in children(node):
        yield from walk(child)


def key(node: Part) -> tuple[object, ...]:
    """A hashable form: equal for trees that differ in formatting alone (quotes and number spelling included)."""
    if node is None:
        return ("none",)
    if isinstance(node, str):
        return ("token", node)
    if isinstance(node, cst.CSTNode):
        if isinstance(node, (cst.Integer, cst.Float, cst.SimpleString, cst.Imaginary)):
            return ("constant", repr(node.evaluated_value))
        return (type(node).__name__, *(key(part) for _, part in parts(node)))
    return ("sequence", *(key(item) for item in node))


def same(left: Part, right: Part) -> bool:
    """Whether two trees differ in formatting at most."""
    return key(left) == key(right)


def code(node: cst.CSTNode) -> str:
    """Source text of an expression or statement on its own, on one line where it is an expression."""
    text = cst.Module(body=()).code_for_node(node)
    return " ".join(text.split()) if isinstance(node, cst.BaseExpression) else text.strip("\n")


def expression(text: str) -> cst.BaseExpression:
    return cst.parse_expression(text)


def dotted(node: cst.CSTNode) -> str:
    """`a.b.c` for a chain of names, "" for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        below = dotted(node.value)
        return f"{below}.{node.attr.value}" if below else ""
    return ""


def self_attribute(node: cst.CSTNode) -> str:
    """`x` for `self.x`, "" for anything else."""
    if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and node.value.value == "self":
        return node.attr.value
    return ""


def is_constant(node: cst.CSTNode) -> bool:
    """A literal, a signed number, None, True or False, or `float("inf")` and its like."""
    if isinstance(node, cst.UnaryOperation):
        return is_constant(node.expression)
    if isinstance(node, cst.Call) and dotted(node.func) == "float":
        return all(is_constant(arg.value) for arg in node.args)
    if isinstance(node, cst.Tuple):
        return all(is_constant(element.value) for element in node.elements)
    literal = isinstance(node, (cst.Integer, cst.Float, cst.SimpleString))
    return literal or (isinstance(node, cst.Name) and node.value in ("None", "True", "False"))


def reads(node: cst.CSTNode) -> frozenset[str]:
    """Names that occur as plain names anywhere below (attribute and keyword names are not among them)."""
    found: set[str] = set()
    _collect_names(node, found)
    return frozenset(found)


def _collect_names(node: cst.CSTNode, found: set[str]) -> None:
    if isinstance(node, cst.Name):
        found.add(node.value)
    elif isinstance(node, (cst.Attribute, cst.Arg)):
        _collect_names(node.value, found)
    else:
        for child in children(node):
            _collect_names(child, found)


def stored(node: cst.CSTNode) -> list[str]:
    """Plain names that assignments, loops and comprehensions below bind, in order."""
    found: list[str] = []
    for item in walk(node):
        if isinstance(item, (cst.AssignTarget, cst.AugAssign, cst.For, cst.CompFor, cst.NamedExpr)):
            found += [name.value for name in _target_names(item.target)]
    return found


def _target_names(target: cst.CSTNode) -> Iterator[cst.Name]:
    if isinstance(target, cst.Name):
        yield target
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from _target_names(element.value)


_TELLING = frozenset(
    {"warnings.warn", "logger.warning", "logger.warning_once", "logger.info", "logger.debug", "logger.error"}
)


def is_message(statement: cst.CSTNode) -> bool:
    """A statement that does nothing but tell a person something: it raises, warns or logs."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    small = statement.body[0]
    if isinstance(small, cst.Expr):
        return isinstance(small.value, cst.Call) and dotted(small.value.func) in _TELLING
    return isinstance(small, cst.Raise)


def statements(body: cst.BaseSuite) -> list[cst.BaseStatement]:
    """A suite as a list of statements, one small statement a line."""
    if isinstance(body, cst.SimpleStatementSuite):
        return [cst.SimpleStatementLine(body=[small]) for small in body.body]
    split: list[cst.BaseStatement] = []
    for statement in body.body:
        if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) > 1:
            first, *rest = statement.body
            split.append(statement.with_changes(body=[_alone(first)]))
            split += [cst.SimpleStatementLine(body=[_alone(small)]) for small in rest]
        elif isinstance(statement, cst.BaseStatement):
            split.append(statement)
    return split


def _alone(small: cst.BaseSmallStatement) -> cst.BaseSmallStatement:
    return small.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)


def otherwise(node: cst.If) -> list[cst.BaseStatement]:
    """What runs where the test fails: an `elif` is a condition of its own."""
    if isinstance(node.orelse, cst.If):
        return [node.orelse]
    return [] if node.orelse is None else statements(node.orelse.body)


def is_docstring(statement: cst.CSTNode) -> bool:
    """A statement that is nothing but a string."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    small = statement.body[0]
    return isinstance(small, cst.Expr) and isinstance(small.value, (cst.SimpleString, cst.ConcatenatedString))


def assigned_attribute(statement: cst.CSTNode) -> str:
    """`x` for a statement `self.x = ...`, "" for anything else."""
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        small = statement.body[0]
        if isinstance(small, cst.Assign) and len(small.targets) == 1:
            return self_attribute(small.targets[0].target)
    return ""


def assigned_name(statement: cst.CSTNode) -> tuple[str, cst.BaseExpression] | None:
    """(`x`, value) for a statement `x = value`, None for anything else."""
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        small = statement.body[0]
        if isinstance(small, cst.Assign) and len(small.targets) == 1 and isinstance(small.targets[0].target, cst.Name):
            return small.targets[0].target.value, small.value
    return None
