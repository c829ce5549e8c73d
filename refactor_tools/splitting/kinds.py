"""What kind of thing a top-level statement is, and whether running it elsewhere could matter."""

import ast
from collections.abc import Iterator, Sequence
from typing import Literal

from refactor_tools.scan.syntax import dotted

Kind = Literal["docstring", "future", "import", "logger", "definition", "data", "change", "exports", "guard", "effect"]

_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_LOGGERS = frozenset({"getLogger", "get_logger"})
_TYPING_CALLS = frozenset({"cast", "TypeVar", "ForwardRef", "NewType"})
# Calls, by the last part of their name, whose result does not depend on when they run.
_PLAIN_CALLS = frozenset(
    [
        "Counter",
        "Decimal",
        "Enum",
        "Fraction",
        "NamedTuple",
        "NewType",
        "OrderedDict",
        "Path",
        "PurePosixPath",
        "TypeVar",
        "ParamSpec",
        "Version",
        "abs",
        "abspath",
        "auto",
        "bool",
        "bytes",
        "cache",
        "cached_property",
        "ceil",
        "classmethod",
        "compile",
        "contextmanager",
        "dataclass",
        "dataclass_transform",
        "defaultdict",
        "deque",
        "device",
        "dict",
        "dirname",
        "enumerate",
        "exp",
        "field",
        "finfo",
        "float",
        "floor",
        "format",
        "frozenset",
        "get",
        "getenv",
        "iinfo",
        "int",
        "is_available",
        "isinstance",
        "items",
        "join",
        "keys",
        "len",
        "list",
        "log",
        "lower",
        "lru_cache",
        "map",
        "max",
        "min",
        "namedtuple",
        "no_grad",
        "overload",
        "partial",
        "property",
        "pow",
        "range",
        "reversed",
        "round",
        "runtime_checkable",
        "set",
        "sorted",
        "split",
        "sqrt",
        "staticmethod",
        "str",
        "strip",
        "sum",
        "total_ordering",
        "tuple",
        "upper",
        "values",
        "version",
        "wraps",
        "zip",
    ]
)


def kind_of(nodes: Sequence[ast.stmt], *, first: bool, imported: frozenset[str]) -> Kind:
    """The kind of a statement, or of several on one line; `imported` are the names that the file's imports bind."""
    if first and isinstance(nodes[0], ast.Expr) and isinstance(nodes[0].value, ast.Constant) and len(nodes) == 1:
        return "docstring"
    kinds = [_kind(node, imported) for node in nodes if not _is_text(node)]
    if not kinds:
        return "effect"
    return kinds[0] if all(kind == kinds[0] for kind in kinds) else "data" if set(kinds) <= _MOVABLE else "effect"


_MOVABLE: frozenset[Kind] = frozenset({"definition", "data", "change"})


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _kind(node: ast.stmt, imported: frozenset[str]) -> Kind:
    match node:
        case ast.ImportFrom(module="__future__"):
            return "future"
        case ast.Import() | ast.ImportFrom():
            return "import"
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return "definition"
        case ast.If(test=test) if any(isinstance(item, ast.Name) and item.id == "__name__" for item in ast.walk(test)):
            return "guard"
        case ast.If() | ast.Try():
            return _block_kind(node)
        case ast.Assign(targets=targets):
            return _target_kind(targets, node, imported)
        case ast.AnnAssign(value=None):
            return "guard"  # `x: int` alone binds nothing
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return _target_kind([target], node, imported)
        case ast.Expr(value=ast.Call(func=ast.Attribute() as function)):
            root = _root(function)
            return "exports" if root == "__all__" else "change" if root and root not in imported else "effect"
    return "effect"


def _block_kind(node: ast.If | ast.Try) -> Kind:
    inner = list(_leaves(node))
    if any(isinstance(item, ast.Import | ast.ImportFrom) for item in inner) and all(map(_repeatable, inner)):
        return "import"
    plain = all(isinstance(item, (*_DEFINITIONS, ast.Import, ast.ImportFrom)) or _repeatable(item) for item in inner)
    return "data" if plain else "effect"


def _leaves(node: ast.stmt) -> Iterator[ast.stmt]:
    if not isinstance(node, ast.If | ast.Try):
        yield node
        return
    for name in ("body", "orelse", "finalbody"):
        for item in getattr(node, name, []):
            yield from _leaves(item)
    for handler in getattr(node, "handlers", []):
        for item in handler.body:
            yield from _leaves(item)


def _repeatable(node: ast.stmt) -> bool:
    """Whether running it again, in another file, has no effect besides binding names there."""
    if isinstance(node, ast.Assign):
        return all(isinstance(target, ast.Name) for target in node.targets) and not runs_code(node)
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Pass | ast.Raise)


def _target_kind(targets: Sequence[ast.expr], node: ast.stmt, imported: frozenset[str]) -> Kind:
    roots = [name for target in targets for name in _roots(target)]
    if "__all__" in roots:
        return "exports"
    if _is_logger(node):
        return "logger"
    plain = all(_is_plain_target(target) for target in targets)
    if isinstance(node, ast.AugAssign) or not plain:
        return "change" if roots and not imported & set(roots) and "" not in roots else "effect"
    return "effect" if any(name.startswith("__") and name.endswith("__") for name in roots) else "data"


def _is_plain_target(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return all(_is_plain_target(item) for item in target.elts)
    return isinstance(target, ast.Name)


def _roots(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Tuple | ast.List):
        for item in target.elts:
            yield from _roots(item)
    else:
        yield _root(target)


def _root(node: ast.expr) -> str:
    """The name that a chain of attributes and subscripts stands on, "" for anything else."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def changed_names(node: ast.stmt) -> frozenset[str]:
    """The names whose values a statement of the kind "change" changes."""
    match node:
        case ast.Assign(targets=targets):
            return frozenset(name for target in targets for name in _roots(target))
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return frozenset(_roots(target))
        case ast.Expr(value=ast.Call(func=function)):
            return frozenset({_root(function)})
    return frozenset()


def _is_logger(node: ast.stmt) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name()], value=ast.Call(func=function, args=[ast.Name(id="__name__")])):
            return (dotted(function) or "").rpartition(".")[2] in _LOGGERS
    return False


def runs_code(node: ast.stmt) -> bool:
    """Whether running the statement calls something whose result may depend on when it is called.

    Decorators are not counted: `decorated` tells them.
    """
    decorators = {id(item) for inner in ast.walk(node) for item in getattr(inner, "decorator_list", [])}
    return any(not _is_plain_call(call) for call in _eager_calls(node, decorators))


def decorated(node: ast.stmt) -> bool:
    """Whether a decorator that could register the definition somewhere stands on it."""
    decorators = getattr(node, "decorator_list", [])
    return any((dotted(_called(item)) or "").rpartition(".")[2] not in _PLAIN_CALLS for item in decorators)


def _called(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def _eager_calls(node: ast.AST, skipped: set[int]) -> Iterator[ast.Call]:
    """Calls that run with the statement: those in functions' bodies do not."""
    if id(node) in skipped:
        return
    if isinstance(node, ast.Call):
        yield node
    later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    body = getattr(node, "body", None)
    inside = set(map(id, body if isinstance(body, list) else [body])) if later else set()
    for child in ast.iter_child_nodes(node):
        if id(child) not in inside:
            yield from _eager_calls(child, skipped)


def _is_plain_call(call: ast.Call) -> bool:
    name = dotted(call.func) or ""
    if not name and isinstance(call.func, ast.Attribute):
        name = call.func.attr
    return name.rpartition(".")[2] in _PLAIN_CALLS


def quoted_names(node: ast.stmt) -> Iterator[str]:
    """Names in annotations that are written as texts."""
    for inner in ast.walk(node):
        holders: list[ast.expr | None] = []
        if isinstance(inner, ast.arg | ast.AnnAssign):
            holders.append(inner.annotation)
        elif isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            holders.append(inner.returns)
        elif isinstance(inner, ast.Call) and (dotted(inner.func) or "").rpartition(".")[2] in _TYPING_CALLS:
            holders += [*inner.args, *(keyword.value for keyword in inner.keywords)]
        for holder in holders:
            for part in ast.walk(holder) if holder is not None else ():
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield from _names_in(part.value)


def _names_in(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
