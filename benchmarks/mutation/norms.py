"""The operator that moves norms from before a residual sum to after it, and back.

residual = x                              residual = x
x = self.norm(x)          <------>        x = self.fc(x)
x = self.fc(x)                            x = residual + x
x = residual + x                          x = self.norm(x)

x + self.fc(self.norm(x)) <------>        self.norm(x + self.fc(x))
"""

import ast
import random
from collections.abc import Callable
from copy import deepcopy
from typing import TypeVar

from benchmarks.mutation.layers import norms
from benchmarks.mutation.subjects import Subject
from benchmarks.mutation.syntax import (
    Body,
    bodies,
    called,
    expression,
    init_and_forward,
    reads,
    replaced,
    set_name,
    statement,
    stores,
)

N = TypeVar("N", bound=ast.AST)
Change = Callable[[ast.AST], ast.AST | None]


def swap_norm(subject: Subject, draw: random.Random) -> bool:
    """Every norm of `forward` that stands at a residual sum changes its side."""
    _, forward = init_and_forward(subject.node)
    swaps = (_inside_out, _outside_in, _to_the_end, _to_the_start)
    done = [any(swap(forward, name) for swap in swaps) for name in sorted(norms(subject.node))]
    return any(done)


def _inside_out(forward: ast.FunctionDef, norm: str) -> bool:
    """`x + f(self.norm(x))` to `self.norm(x + f(x))`."""

    def change(node: ast.AST) -> ast.AST | None:
        for kept, changed in _sides(node):
            normed = _argument_of(changed, norm)
            if isinstance(kept, ast.Name) and normed == kept.id:
                return expression(f"self.{norm}({ast.unparse(_bare(node, norm))})")
        return None

    return _rewritten(forward, change)


def _outside_in(forward: ast.FunctionDef, norm: str) -> bool:
    """`self.norm(x + f(x))` to `x + f(self.norm(x))`, and `self.norm(y + x)` to `self.norm(y) + x`."""

    def change(node: ast.AST) -> ast.AST | None:
        if not isinstance(node, ast.Call) or called(node) != norm:
            return None
        for kept, changed in _sides(node.args[0]):
            first = _first_argument(changed)
            if isinstance(kept, ast.Name) and first is not None and (first is changed or first.id == kept.id):
                first.id = f"self.{norm}({first.id})"  # unparsed as it stands
                return expression(ast.unparse(node.args[0]))
        return None

    return _rewritten(forward, change)


def _to_the_end(forward: ast.FunctionDef, norm: str) -> bool:
    """The norm of a sub-layer's input becomes that of the sum."""
    for body in bodies(forward):
        for place, item in enumerate(body):
            source = _argument_of(item.value, norm) if isinstance(item, ast.Assign) else ""
            end = _sum_after(body, place, source) if source else None
            if end is not None:
                result = set_name(body[end])
                body.insert(end + 1, statement(f"{result} = self.{norm}({result})"))
                if set_name(item) == source:
                    del body[place]
                else:
                    body[place] = _bare(item, norm)
                return True
    return False


def _sum_after(body: Body, place: int, source: str) -> int | None:
    """The place of the residual sum that follows: it adds what the norm at `place` was given, under whatever name."""
    residuals = {source} if set_name(body[place]) != source else set()
    residuals |= {
        set_name(item)
        for item in body[:place]
        if isinstance(item, ast.Assign) and isinstance(item.value, ast.Name) and item.value.id == source
    }
    for later in range(place + 1, len(body)):
        item = body[later]
        if isinstance(item, ast.Assign) and set_name(item) and _sides(item.value) and reads(item.value) & residuals:
            return later
        residuals -= stores(item)
    return None


def _to_the_start(forward: ast.FunctionDef, norm: str) -> bool:
    """The norm of a sum becomes that of the sub-layer's input."""
    for body in bodies(forward):
        for place in range(1, len(body)):
            if not _norms_the_sum_before(body, place, norm):
                continue
            start = _residual_before(body, place - 1)
            if start is not None:
                result = set_name(body[place])
                del body[place]
                body.insert(start + 1, statement(f"{result} = self.{norm}({result})"))
                return True
    return False


def _norms_the_sum_before(body: Body, place: int, norm: str) -> bool:
    item, before = body[place], body[place - 1]
    if not isinstance(item, ast.Assign) or not isinstance(before, ast.Assign) or called(item.value) != norm:
        return False
    result = set_name(item)
    return reads(item.value) == {"self", result} and set_name(before) == result and bool(_sides(before.value))


def _residual_before(body: Body, place: int) -> int | None:
    """The place of `residual = x` for the sum `x = residual + x` at `place`."""
    result, added = set_name(body[place]), reads(body[place])
    for earlier in range(place - 1, -1, -1):
        item = body[earlier]
        if isinstance(item, ast.Assign) and isinstance(item.value, ast.Name) and item.value.id == result:
            return earlier if set_name(item) in added else None
    return None


def _rewritten(forward: ast.FunctionDef, change: Change) -> bool:
    """Make the first change that there is."""
    done: list[bool] = []

    def choose(node: ast.AST) -> ast.AST | None:
        other = None if done else change(node)
        if other is not None:
            done.append(True)
        return other

    replaced(forward, choose)
    return bool(done)


def _sides(node: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    """The two sides of a sum, either way round; none of anything else. A name is tried first as what is kept."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add):
        return []
    return [(node.right, node.left), (node.left, node.right)]


def _argument_of(node: ast.AST, norm: str) -> str:
    """The name that a call of the norm somewhere below is given."""
    for item in ast.walk(node):
        if isinstance(item, ast.Call) and called(item) == norm and isinstance(item.args[0], ast.Name):
            return item.args[0].id
    return ""


def _bare(node: N, norm: str) -> N:
    """A copy in which calls of the norm are what they are given."""
    copy = deepcopy(node)
    replaced(copy, lambda item: item.args[0] if isinstance(item, ast.Call) and called(item) == norm else None)
    return copy


def _first_argument(node: ast.expr) -> ast.Name | None:
    """`x` of `f(g(x), y)` and of `x`."""
    while isinstance(node, ast.Call) and node.args:
        node = node.args[0]
    return node if isinstance(node, ast.Name) else None
