"""Calls in one spelling: functions and methods of tensors that do the same, arguments by place or by name."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from refactor_tools.unify.inlined_classes import ClassBody
from refactor_tools.unify.inlined_values import Scope

_FUNCTIONAL = ("torch.nn.functional.", "torch.special.", "torch.")
# Activations as functions, and as layers without arguments.
ACTIVATIONS = {
    "relu": "ReLU",
    "gelu": "GELU",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "silu": "SiLU",
    "elu": "ELU",
    "mish": "Mish",
    "softplus": "Softplus",
    "leaky_relu": "LeakyReLU",
}


@dataclass(frozen=True, slots=True)
class Spelled:
    """A call of something by its name: a tensor's method and torch's function of that name are one."""

    name: str
    positional: tuple[ast.expr, ...]
    keywords: tuple[tuple[str, ast.expr], ...]


def spelled(node: ast.expr, scope: Scope, body: ClassBody) -> Spelled | None:
    """`node` as a call by name, None where it is none or its callee is not known by name."""
    match node:
        case ast.Subscript(value=ast.Attribute(value=value, attr="shape"), slice=place):
            return Spelled("size", (value, place), ())
        case ast.Call(func=func, args=args, keywords=keywords):
            if any(isinstance(item, ast.Starred) for item in args) or any(item.arg is None for item in keywords):
                return None
            named = tuple((item.arg, item.value) for item in keywords if item.arg is not None)
            return _by_callee(func, tuple(args), named, scope, body)
    return None


def _by_callee(
    func: ast.expr,
    args: tuple[ast.expr, ...],
    keywords: tuple[tuple[str, ast.expr], ...],
    scope: Scope,
    body: ClassBody,
) -> Spelled | None:
    root = func
    while isinstance(root, ast.Attribute):
        root = root.value
    local = isinstance(root, ast.Name) and (root.id in scope or root.id == "self")
    if isinstance(root, ast.Name) and not local:
        whole = body.qualified(func)
        module = next((prefix for prefix in _FUNCTIONAL if whole.startswith(prefix)), "")
        last = whole.removeprefix(module)
        return Spelled(last if module and "." not in last else whole, args, keywords)
    if isinstance(func, ast.Attribute) and not (isinstance(func.value, ast.Name) and func.value.id == "self"):
        return Spelled(func.attr, (func.value, *args), keywords)
    return None


def paired(ours: Spelled, theirs: Spelled) -> Sequence[tuple[ast.expr, ast.expr]] | None:
    """Arguments that stand for each other; what one call gives by place the other may give by name."""
    if ours.name != theirs.name:
        return None
    left, right = dict(ours.keywords), dict(theirs.keywords)
    pairs = list(zip(ours.positional, theirs.positional, strict=False))
    pairs += [(left.pop(name), right.pop(name)) for name in list(left) if name in right]
    placed = len(ours.positional) - len(theirs.positional)
    if placed >= 0 and not left and len(right) == placed:
        return [*pairs, *zip(ours.positional[len(theirs.positional) :], right.values(), strict=True)]
    if placed < 0 and not right and len(left) == -placed:
        return [*pairs, *zip(left.values(), theirs.positional[len(ours.positional) :], strict=True)]
    return None
