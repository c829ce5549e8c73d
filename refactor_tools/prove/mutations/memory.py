"""Memory that is written to, or looked at, in another way."""

import ast
from collections.abc import Iterator

from refactor_tools.prove.mutations.syntax import (
    Change,
    called,
    is_constructor,
    method,
    replaced,
    statement,
    tensor_parameters,
    with_body,
)

_IN_PLACE: dict[type[ast.operator], str] = {ast.Add: "add_", ast.Sub: "sub_", ast.Mult: "mul_", ast.Div: "div_"}
_RESULT = "result_"


def changed_input(node: ast.AST) -> Iterator[Change]:
    """An input that is not what it was after the call."""
    if not isinstance(node, ast.FunctionDef) or is_constructor(node):
        return
    own, last = tensor_parameters(node), node.body[-1]
    if own and isinstance(last, ast.Return) and last.value is not None:
        ending = [
            ast.Assign([ast.Name(_RESULT, ast.Store())], last.value, lineno=last.lineno),
            statement(f"{own[0]}.add_(1)"),
            ast.Return(ast.Name(_RESULT, ast.Load())),
        ]
        yield f"{own[0]} is changed at the end", with_body(node, [*node.body[:-1], *ending])
    for part in ast.walk(node):
        if isinstance(part, ast.BinOp) and isinstance(part.left, ast.Name) and part.left.id in own:
            written = _IN_PLACE.get(type(part.op))
            if written is not None:
                changed = replaced(node, part, method(part.left, written, part.right))
                yield f"{part.left.id} is changed in place", changed


def other_layout(node: ast.AST) -> Iterator[Change]:
    """Elements in another order: a view where axes change places, and a copy that is lost."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    if called(node) in ("transpose", "permute") and ast.unparse(node.func.value) != "torch":
        shape = ast.Attribute(node, "shape", ast.Load())
        yield f"reshaped in place of {called(node)}", method(node.func.value, "reshape", shape)
    elif called(node) in ("contiguous", "clone") and ast.unparse(node.func.value) != "torch":
        yield f"{called(node)} is lost", node.func.value
