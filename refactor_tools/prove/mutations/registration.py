"""Parameters and buffers registered otherwise: in another order, tied, not saved, frozen, one for another."""

import ast
import copy
from collections.abc import Iterator
from itertools import pairwise

from refactor_tools.prove.mutations.syntax import (
    WITH_PARAMETERS,
    Change,
    attribute_set,
    called,
    is_constant,
    is_constructor,
    keyword_of,
    statement,
    swapped_at,
    with_arguments,
    with_body,
    with_keyword,
    without_keyword,
)


def other_registration_order(node: ast.AST) -> Iterator[Change]:
    """Two submodules that are registered in the other order."""
    for function in _constructors(node):
        for place, (first, second) in enumerate(pairwise(function.body)):
            if attribute_set(first) and attribute_set(second):
                changed = with_body(function, swapped_at(function.body, place))
                yield "submodules registered in another order", changed


def other_layer_order(node: ast.AST) -> Iterator[Change]:
    """Two neighbouring layers of a sequence in the other order."""
    if isinstance(node, ast.List):
        for swapped in _neighbours(node.elts):
            yield "layers in another order", ast.List(swapped, node.ctx)
    elif isinstance(node, ast.Call) and called(node) == "Sequential":
        for swapped in _neighbours(node.args):
            yield "layers in another order", with_arguments(node, swapped)


def other_ties(node: ast.AST) -> Iterator[Change]:
    """A weight that is no longer another's, or two alike layers that share one."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute):
        names = [ast.unparse(part) for part in (node.targets[0], node.value)]
        if all(name.startswith("self.") and name.count(".") > 1 for name in names):
            yield "a tied weight is its own", None
    for function in _constructors(node):
        for first, second in _alike(function):
            tie = statement(f"self.{second}.weight = self.{first}.weight")
            yield f"{second} shares the weight of {first}", with_body(function, [*function.body, tie])


def other_persistence(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Call() if called(node) == "register_buffer":
            if is_constant(keyword_of(node, "persistent"), False):
                yield "the buffer became persistent", without_keyword(node, "persistent")
            else:
                yield "the buffer is not saved", with_keyword(node, "persistent", ast.Constant(False))
        case ast.Expr(value=ast.Call(args=[ast.Constant(value=str(name)), made, *_])):
            if called(node.value) == "register_buffer":
                yield "the buffer is a plain attribute", statement(f"self.{name} = {ast.unparse(made)}")
        case ast.Assign(value=ast.Call(args=[made, *_])) if called(node.value) == "Parameter" and attribute_set(node):
            registered = f"self.register_buffer({attribute_set(node)!r}, {ast.unparse(made)})"
            yield "the parameter became a buffer", statement(registered)


def other_requires_grad(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Expr) and called(node.value) == "requires_grad_":
        yield "no longer frozen", None
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
        if node.targets[0].attr == "requires_grad":
            yield "no longer frozen", None
    elif isinstance(node, ast.Call) and called(node) == "Parameter":
        if keyword_of(node, "requires_grad") is None:
            yield "the parameter is frozen", with_keyword(node, "requires_grad", ast.Constant(False))
        else:
            yield "the parameter is no longer frozen", without_keyword(node, "requires_grad")
    for function in _constructors(node):
        for place, part in enumerate(function.body):
            name = attribute_set(part)
            if name and _has_parameters(part):
                frozen = statement(f"self.{name}.requires_grad_(False)")
                body = [*function.body[: place + 1], frozen, *function.body[place + 1 :]]
                yield f"{name} is frozen", with_body(function, body)


def swapped_parameters(node: ast.AST) -> Iterator[Change]:
    """Two attributes built alike, each used for the other."""
    if not isinstance(node, ast.ClassDef):
        return
    constructors = [part for part in node.body if isinstance(part, ast.FunctionDef) and is_constructor(part)]
    for first, second in _alike(constructors[0]) if constructors else ():
        changed = copy.copy(node)
        other = _Swapping({first: second, second: first})
        changed.body = [part if part in constructors else other.visit(copy.deepcopy(part)) for part in node.body]
        yield f"{first} and {second} used for each other", changed


class _Swapping(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            node.attr = self.names.get(node.attr, node.attr)
        return node


def _constructors(node: ast.AST) -> Iterator[ast.FunctionDef]:
    if isinstance(node, ast.FunctionDef) and is_constructor(node):
        yield node


def _alike(function: ast.FunctionDef) -> list[tuple[str, str]]:
    """Attributes, each with the next that the same expression with parameters makes."""
    last: dict[str, str] = {}
    found = []
    for part in function.body:
        name = attribute_set(part)
        if name and _has_parameters(part) and isinstance(part, ast.Assign | ast.AnnAssign) and part.value is not None:
            made = ast.unparse(part.value)
            if made in last:
                found.append((last[made], name))
            last[made] = name
    return found


def _has_parameters(part: ast.stmt) -> bool:
    made = part.value if isinstance(part, ast.Assign | ast.AnnAssign) else None
    name = called(made) if made is not None else ""
    return name in (*WITH_PARAMETERS, "Sequential", "ModuleList") or "Norm" in name


def _neighbours(layers: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for place, (first, second) in enumerate(pairwise(layers)):
        if isinstance(first, ast.Call) and isinstance(second, ast.Call):
            yield [*layers[:place], second, first, *layers[place + 2 :]]
