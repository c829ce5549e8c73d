"""Parameters that start from other values: another distribution, one call less, one draw more."""

import ast
from collections.abc import Iterator

from refactor_tools.prove.mutations.syntax import (
    WITH_PARAMETERS,
    Change,
    attribute_set,
    called,
    is_constructor,
    renamed,
    statement,
    with_body,
)

_FILLS = {
    "zeros": "ones",
    "ones": "zeros",
    "randn": "rand",
    "rand": "randn",
    "empty": "zeros",
    "zeros_": "normal_",
    "ones_": "zeros_",
    "constant_": "zeros_",
    "normal_": "uniform_",
    "uniform_": "normal_",
    "trunc_normal_": "normal_",
    "xavier_uniform_": "xavier_normal_",
    "xavier_normal_": "xavier_uniform_",
    "kaiming_uniform_": "kaiming_normal_",
    "kaiming_normal_": "kaiming_uniform_",
    "orthogonal_": "xavier_uniform_",
}
_STATEMENTS = ("apply", "reset_parameters", "_reset_parameters", "init_weights", "_init_weights")


def other_initialisation(node: ast.AST) -> Iterator[Change]:
    if (
        isinstance(node, ast.Attribute)
        and node.attr in _FILLS
        and ast.unparse(node.value) in ("torch", "nn.init", "init")
    ):
        yield f"{node.attr} became {_FILLS[node.attr]}", renamed(node, _FILLS[node.attr])
    elif isinstance(node, ast.Expr) and _initialises(node.value):
        yield "an initialisation is lost", None
    for function in _constructors(node):
        smaller = statement("[parameter.data.mul_(0.5) for parameter in self.parameters()]")
        yield "parameters start at half their value", with_body(function, [*function.body, smaller])
        for place, part in enumerate(function.body):
            name = attribute_set(part)
            if name and isinstance(part, ast.Assign) and called(part.value) in WITH_PARAMETERS[:4]:
                again = statement(f"self.{name}.reset_parameters()")
                body = [*function.body[: place + 1], again, *function.body[place + 1 :]]
                yield f"{name} is initialised twice", with_body(function, body)


def _initialises(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ("init." in ast.unparse(node.func) or called(node) in _STATEMENTS)


def _constructors(node: ast.AST) -> Iterator[ast.FunctionDef]:
    """Constructors that register something."""
    if isinstance(node, ast.FunctionDef) and is_constructor(node) and any(map(attribute_set, node.body)):
        yield node
