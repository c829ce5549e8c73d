"""Behaviour of one class that a refactoring keeps and a person should see."""

import ast
from collections.abc import Iterator

from refactor_tools.model.facts import Finding
from refactor_tools.scan.syntax import FORWARD, FunctionNode, dotted, is_static, member, method

UNUSED_ARGUMENT = "unused-argument"
NEVER_CALLED = "never-called"

# Whoever reads these sees members that no attribute names.
_REFLECTION = frozenset(
    [
        "__dict__",
        "_modules",
        "children",
        "named_children",
        "modules",
        "named_modules",
        "get_submodule",
        "parameters",
        "named_parameters",
    ]
)


def suspicious(path: str, node: ast.ClassDef) -> Iterator[Finding]:
    """Arguments of `__init__` and `forward` that nothing reads; members that are built and never used.

    Only classes with a `forward` (or `call`) are looked at.
    """
    forward = method(node, *FORWARD)
    if forward is None or not node.bases:
        return
    init = method(node, "__init__")
    for function in (init, forward):
        if function is not None and not is_static(function):
            yield from _unused_arguments(path, node, function)
    if init is not None and not _is_abstract(forward):
        yield from _never_called(path, node, init)


def unused_argument(owner: str, function: str, argument: str) -> str:
    """The message of an `unused-argument` finding."""
    return f"{owner}.{function} accepts `{argument}` and never uses it"


def _unused_arguments(path: str, node: ast.ClassDef, function: FunctionNode) -> Iterator[Finding]:
    if _is_abstract(function):
        return
    read = {inner.id for inner in ast.walk(function) if isinstance(inner, ast.Name) and _reads(inner)}
    if "locals" in read or "vars" in read:
        return
    arguments = [*function.args.posonlyargs, *function.args.args][1:]
    for argument in [*arguments, *function.args.kwonlyargs]:
        if argument.arg not in read and not argument.arg.startswith("_"):
            message = unused_argument(node.name, function.name, argument.arg)
            yield Finding(UNUSED_ARGUMENT, path, argument.lineno, message)


def _reads(name: ast.Name) -> bool:
    """`del x` says on purpose that `x` is not used."""
    return not isinstance(name.ctx, ast.Store)


def _never_called(path: str, node: ast.ClassDef, init: FunctionNode) -> Iterator[Finding]:
    built = _built_members(init)
    if not built:
        return
    read = set(_members_read(node))
    if read & _REFLECTION or _asks_by_name(node):
        return
    for name, (callee, line) in built.items():
        if name not in read:
            message = f"{node.name} builds `self.{name}` ({callee}) and never uses it"
            yield Finding(NEVER_CALLED, path, line, message)


def _built_members(init: FunctionNode) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for statement in ast.walk(init):
        match statement:
            case ast.Assign(targets=[target], value=ast.Call(func=function)):
                name, callee = member(target), dotted(function)
                if name and callee and callee.rpartition(".")[2][:1].isupper():
                    found.setdefault(name, (callee, statement.lineno))
    return found


def _members_read(node: ast.ClassDef) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Load):
            yield inner.attr


def _asks_by_name(node: ast.ClassDef) -> bool:
    """Whether the class reads its members through `getattr(self, ...)`."""
    return any(
        isinstance(inner, ast.Call)
        and dotted(inner.func) in ("getattr", "hasattr", "vars", "operator.attrgetter")
        and inner.args
        and dotted(inner.args[0]) == "self"
        for inner in ast.walk(node)
    )


def _is_abstract(function: FunctionNode) -> bool:
    if any((dotted(item) or "").endswith("abstractmethod") for item in function.decorator_list):
        return True
    return all(_does_nothing(statement) for statement in function.body)


def _does_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass | ast.Raise) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )
