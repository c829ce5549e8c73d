"""Which definitions have a body of their own: stubs, configs and thin variants of something else form no family."""

import ast
from collections.abc import Iterator

from refactor_tools.clones.fingerprints import Fingerprint
from refactor_tools.clones.forms import role_word
from refactor_tools.clones.tokens import Function, dotted, flattened

# In tokens' weight: `x * torch.sigmoid(x)` weighs 8, a residual block of two layers about 20.
_LEAST_NAMED = 8
_LEAST_NAMED_MODULE = 5
_LEAST_MODULE = 8
_LEAST_NEAR = 12
_LEAST_CLASS = 30
_LEAST_FUNCTION = 24

_ENTRY_POINT = "main"
_CONFIGS = frozenset({"config", "configuration", "settings", "arguments", "args"})
_DECLARATIVE_BASES = frozenset(
    {
        *("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "NamedTuple", "TypedDict", "Protocol"),
        *("Exception", "BaseException"),
    }
)
_COMPUTES = (
    *(ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.Compare, ast.IfExp),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
_BUILDERS = frozenset({"dict", "list", "tuple", "set", "partial", "functools.partial", "print"})


def may_have_substance(node: ast.ClassDef | Function) -> bool:
    """What can be told without a fingerprint, to spare its cost."""
    if isinstance(node, ast.ClassDef):
        if any(dotted(base).rpartition(".")[2] in _DECLARATIVE_BASES for base in node.bases):
            return False
        return any(isinstance(method, Function) and not _only_initialises(method) for method in node.body)
    return not _passes_on(list(flattened(node.body)))


def has_substance(found: Fingerprint) -> bool:
    """Whether the bodies of the methods (of the function) weigh anything: equality under one name then means a copy."""
    return _body_weight(found) >= (_LEAST_NAMED_MODULE if found.definition.is_module else _LEAST_NAMED)


def says_enough(found: Fingerprint) -> bool:
    """Whether likeness to another definition means something; below that only equality under one name does.

    Tables and configs are data: one that is like another holds other data. A program's entry point is what the program
    is about.
    """
    definition = found.definition
    if found.work < _LEAST_NEAR or is_data(found) or definition.name == _ENTRY_POINT:
        return False
    if found.definition.kind == "function":
        return _body_weight(found) >= _LEAST_FUNCTION
    return _body_weight(found) >= (_LEAST_MODULE if found.definition.is_module else _LEAST_CLASS)


def is_data(found: Fingerprint) -> bool:
    """Whether a definition is a table or a config."""
    definition = found.definition
    if definition.is_module:
        return False
    return found.table or (definition.kind == "class" and role_word(definition.name).lower() in _CONFIGS)


def _body_weight(found: Fingerprint) -> int:
    return sum(found.weight_of(part) for part in found.parts if part.name)


def _only_initialises(method: Function) -> bool:
    """A constructor that hands its arguments to the base class or to one function, or a method without a body."""
    statements = list(flattened(method.body))
    if len(statements) == 1 and method.name == "__init__" and isinstance(statements[0], ast.Expr):
        return True
    return all(_is_inherited_call(statement) for statement in statements)


def _is_inherited_call(statement: ast.AST) -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="__init__"))) | ast.Raise():
            return True
        case ast.Return(value=ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super"))))):
            return True
    return False


def _passes_on(statements: list[ast.stmt | ast.excepthandler | ast.match_case]) -> bool:
    """A straight body that only gathers arguments for one other function, as `resnet18` does for `resnet`."""
    if not all(isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr | ast.Return) for statement in statements):
        return False
    called: set[str] = set()
    for node in _expressions(statements):
        if isinstance(node, _COMPUTES):
            return False
        if isinstance(node, ast.Call):
            called.add(dotted(node.func) or "?")
    return len(called - _BUILDERS) <= 1


def _expressions(statements: list[ast.stmt | ast.excepthandler | ast.match_case]) -> Iterator[ast.AST]:
    for statement in statements:
        yield from ast.walk(statement)
