"""Behaviour of one class that a refactoring keeps and a person should see."""

import ast
from collections.abc import Iterator, Set

from refactor_tools.model.facts import Finding
from refactor_tools.scan.syntax import FunctionNode, dotted

UNUSED_ARGUMENT = "unused-argument"


def unused_arguments(path: str, owner: str, function: FunctionNode, read: Set[str]) -> Iterator[Finding]:
    """The named arguments of a method that are not among the names it reads, `read`.

    An abstract method reads nothing on purpose, `del x` and a leading underscore say that `x` is not used on purpose,
    `locals()` reads all, and so does Lightning's `save_hyperparameters()`, which keeps what the caller was given.
    """
    if "locals" in read or "vars" in read or is_abstract(function):
        return
    arguments = [*function.args.posonlyargs, *function.args.args][1:]
    unread = [one for one in [*arguments, *function.args.kwonlyargs] if one.arg not in read and one.arg[:1] != "_"]
    if unread and any(map(_keeps_all, ast.walk(function))):
        return
    for argument in unread:
        message = unused_argument(owner, function.name, argument.arg)
        yield Finding(UNUSED_ARGUMENT, path, argument.lineno, message)


def unused_argument(owner: str, function: str, argument: str) -> str:
    """The message of an `unused-argument` finding."""
    return f"{owner}.{function} accepts `{argument}` and never uses it"


def is_abstract(function: FunctionNode) -> bool:
    """Whether a method is declared abstract, or does nothing but raise."""
    if any((dotted(item) or "").endswith("abstractmethod") for item in function.decorator_list):
        return True
    return all(_does_nothing(statement) for statement in function.body)


def _keeps_all(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and not node.args and dotted(node.func) == "self.save_hyperparameters"


def _does_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass | ast.Raise) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )
