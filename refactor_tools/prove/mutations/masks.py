"""Masks that hide too little, the wrong places, or that something went wrong."""

import ast
from collections.abc import Iterator

from refactor_tools.prove.mutations.syntax import Change, called, expression, method, with_arguments

_FILLS = ("masked_fill", "masked_fill_", "where", "masked_select")
_NORMALISED = ("softmax", "log_softmax", "div", "sqrt", "log")


def other_mask_value(node: ast.AST) -> Iterator[Change]:
    infinite = isinstance(node, ast.Call) and ast.unparse(node) in ("float('-inf')", "-float('inf')")
    negative = isinstance(node, ast.UnaryOp) and ast.unparse(node) in ("-math.inf", "-torch.inf", "-float('inf')")
    if infinite or negative or (isinstance(node, ast.Attribute) and node.attr == "inf"):
        yield "the mask's value became finite", ast.Constant(-5.0)
        yield "the mask's value became large", expression("-1e9")
    elif isinstance(node, ast.Call) and called(node).startswith("masked_fill") and len(node.args) == 2:
        wrong = with_arguments(node, [node.args[0], expression("float('-inf')")])
        yield "the mask's value became infinite", wrong


def inverted_mask(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        yield "mask inverted", node.operand
    elif isinstance(node, ast.Call) and called(node) in _FILLS and node.args:
        place = 1 if ast.unparse(node.func) == "torch.masked_fill" else 0
        if place < len(node.args) and not isinstance(node.args[place], ast.UnaryOp):
            inverted = ast.UnaryOp(ast.Invert(), node.args[place])
            yield "mask inverted", with_arguments(node, [*node.args[:place], inverted, *node.args[place + 1 :]])


def hidden_nan(node: ast.AST) -> Iterator[Change]:
    """NaN that comes out as 0: of a fully masked row, or of an input."""
    if isinstance(node, ast.Call) and called(node) in _NORMALISED:
        yield "NaN became 0", method(node, "nan_to_num")
    elif isinstance(node, ast.Call) and called(node) == "nan_to_num" and isinstance(node.func, ast.Attribute):
        yield "NaN is no longer replaced", node.args[0] if node.args else node.func.value
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Call | ast.BinOp):
        yield "NaN in the result became 0", ast.Return(method(node.value, "nan_to_num"))
