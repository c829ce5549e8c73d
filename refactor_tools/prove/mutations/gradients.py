"""Gradients that no longer flow, or that flow where they did not."""

import ast
from collections.abc import Iterator

from refactor_tools.prove.mutations.syntax import Change, called, calls_submodule, method

_STOPPING = ("no_grad", "inference_mode")


def detached(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Call) and calls_submodule(node):
        yield "result detached", method(node, "detach")
    elif isinstance(node, ast.Call) and called(node) == "detach" and isinstance(node.func, ast.Attribute):
        yield "no longer detached", node.func.value
    elif isinstance(node, ast.BinOp):
        yield "the first operand detached", ast.BinOp(method(node.left, "detach"), node.op, node.right)
    elif isinstance(node, ast.With) and any(called(item.context_expr) in _STOPPING for item in node.items):
        yield "gradients are recorded", ast.If(ast.Constant(True), node.body, [])
