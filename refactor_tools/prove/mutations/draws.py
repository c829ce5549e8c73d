"""Random numbers drawn otherwise: another rate, another place, another order, one draw more."""

import ast
from collections.abc import Iterator
from itertools import pairwise

from refactor_tools.prove.mutations.syntax import (
    Change,
    called,
    calls_submodule,
    is_constructor,
    keyword_of,
    statement,
    swapped_at,
    with_arguments,
    with_body,
    with_keyword,
)

_DRAWN = ("rand", "randn", "randint", "rand_like", "randn_like", "bernoulli", "multinomial", "randperm")
_HALF = ast.Constant(2)


def other_rate(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Call) or "dropout" not in called(node).lower():
        return
    built = called(node)[:1].isupper()
    if built and node.args:
        yield "dropout rate halved", with_arguments(node, [_halved(node.args[0]), *node.args[1:]])
    elif built and not node.keywords:
        yield "dropout rate became 0.25", with_arguments(node, [ast.Constant(0.25)])
    if isinstance(rate := keyword_of(node, "p"), ast.expr):
        yield "dropout rate halved", with_keyword(node, "p", _halved(rate))


def moved_dropout(node: ast.AST) -> Iterator[Change]:
    """A dropout before what it followed, after what follows it, or nowhere."""
    if _drops(node) and isinstance(node, ast.Call):
        yield "dropout is lost", node.args[0]
        inner = node.args[0]
        if isinstance(inner, ast.Call) and inner.args and not isinstance(inner.args[0], ast.Starred):
            dropped = with_arguments(node, [inner.args[0], *node.args[1:]])
            yield "dropout moved inwards", with_arguments(inner, [dropped, *inner.args[1:]])
    for function in _functions(node):
        for place, (first, second) in enumerate(pairwise(function.body)):
            if _is_dropout(first) and isinstance(second, ast.Assign):
                yield "dropout moved behind the next statement", with_body(function, swapped_at(function.body, place))


def other_order(node: ast.AST) -> Iterator[Change]:
    """Two statements that draw, in the other order."""
    for function in _functions(node):
        for place, (first, second) in enumerate(pairwise(function.body)):
            if _draws(first) and _draws(second):
                yield "random numbers drawn in another order", with_body(function, swapped_at(function.body, place))


def extra_draw(node: ast.AST) -> Iterator[Change]:
    for function in _functions(node):
        if isinstance(function.body[-1], ast.Return):
            drawing = statement("__import__('torch').rand(1)")
            yield (
                "one more random number is drawn",
                with_body(function, [*function.body[:-1], drawing, function.body[-1]]),
            )


def _functions(node: ast.AST) -> Iterator[ast.FunctionDef]:
    if isinstance(node, ast.FunctionDef) and not is_constructor(node):
        yield node


def _halved(rate: ast.expr) -> ast.expr:
    return ast.BinOp(rate, ast.Div(), _HALF)


def _drops(node: ast.AST) -> bool:
    """Whether `node` applies a dropout, whatever the attribute is called that holds it."""
    if not isinstance(node, ast.Call) or not node.args or isinstance(node.args[0], ast.Starred):
        return False
    name = called(node)
    return (calls_submodule(node) and "drop" in name) or name == "dropout"


def _is_dropout(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and _drops(node.value)


def _draws(node: ast.stmt) -> bool:
    return any(_drops(part) or called(part) in _DRAWN for part in ast.walk(node))
