"""What the readers of a syntax tree share: dotted names, signatures, the methods of a class."""

import ast
from collections.abc import Iterator

from refactor_tools.model.facts import MemberCall, Parameter, ParameterKind

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
DefinitionNode = FunctionNode | ast.ClassDef
FORWARD = ("forward", "call")


def dotted(node: ast.expr) -> str | None:
    """ "a.b.c" for a plain chain of names, None for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


def member(node: ast.expr) -> str | None:
    """ "x" for `self.x`."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return node.attr
    return None


def member_call(call: ast.Call, name: str) -> MemberCall:
    """The call of `self.<name>` as a fact."""
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    keywords = tuple(keyword.arg for keyword in call.keywords if keyword.arg)
    is_open = starred or len(keywords) < len(call.keywords)
    return MemberCall(name, len(call.args), keywords, call.lineno, is_open)


def methods(node: ast.ClassDef) -> Iterator[FunctionNode]:
    """The class's own methods, also those under an `if` or `try`; properties' setters follow their getters."""
    pending: list[ast.stmt] = list(node.body)
    while pending:
        statement = pending.pop(0)
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement
        elif isinstance(statement, ast.If):
            pending[:0] = [*statement.body, *statement.orelse]
        elif isinstance(statement, ast.Try):
            pending[:0] = [*statement.body, *(inner for handler in statement.handlers for inner in handler.body)]


def method(node: ast.ClassDef, *names: str) -> FunctionNode | None:
    """The last method with the first of `names` that the class has, as Python would bind it."""
    found = {function.name: function for function in methods(node)}
    return next((found[name] for name in names if name in found), None)


def signature(function: FunctionNode, *, bound: bool) -> tuple[Parameter, ...]:
    """The parameters in order; `bound` leaves out the first positional one (`self`)."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    defaults.extend(arguments.defaults)
    found = [
        _parameter(argument, "positional-only" if index < len(arguments.posonlyargs) else "positional", default)
        for index, (argument, default) in enumerate(zip(positional, defaults, strict=True))
    ]
    if arguments.vararg:
        found.append(_parameter(arguments.vararg, "var-positional", None))
    found.extend(
        _parameter(argument, "keyword-only", default)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    )
    if arguments.kwarg:
        found.append(_parameter(arguments.kwarg, "var-keyword", None))
    return tuple(found[1:] if bound and positional else found)


def constructor(node: ast.ClassDef) -> tuple[Parameter, ...]:
    """The parameters of `__init__`; for a dataclass without one, its fields."""
    init = method(node, "__init__")
    if init is not None:
        return signature(init, bound=True)
    names = (dotted(item.func if isinstance(item, ast.Call) else item) or "" for item in node.decorator_list)
    if not any(name.rpartition(".")[2] == "dataclass" for name in names):
        return ()
    return tuple(
        Parameter(
            statement.target.id,
            default=ast.unparse(statement.value) if statement.value else None,
            annotation=ast.unparse(statement.annotation),
        )
        for statement in node.body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and "ClassVar" not in ast.unparse(statement.annotation)
    )


def is_static(function: FunctionNode) -> bool:
    """Whether the method has no `self`."""
    return any(dotted(item) in ("staticmethod", "classmethod") for item in function.decorator_list)


def _parameter(argument: ast.arg, kind: ParameterKind, default: ast.expr | None) -> Parameter:
    return Parameter(
        argument.arg,
        kind,
        ast.unparse(default) if default else None,
        ast.unparse(argument.annotation) if argument.annotation else None,
    )
