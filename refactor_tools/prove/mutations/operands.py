"""Arithmetic on the wrong operands: another scale, another operator, operands or arguments that change places."""

import ast
from collections.abc import Iterator

from refactor_tools.prove.mutations.syntax import Change, called, whole_number, with_arguments, with_keyword

_OPERATORS: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.Add(),
    ast.Div: ast.Mult(),
}
_ORDERED = ast.Sub | ast.Div | ast.MatMult | ast.Pow | ast.FloorDiv | ast.Mod


def other_scale(node: ast.AST) -> Iterator[Change]:
    """Factors, exponents, temperatures and tolerances."""
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        wrong = node.value * 10 if abs(node.value) < 0.01 else node.value * 1.5 or 0.5
        yield f"{node.value} became {wrong:g}", ast.Constant(wrong)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.Pow):
        number = whole_number(node.right)
        if number is not None:
            yield f"{number} became {number * 2}", ast.BinOp(node.left, node.op, ast.Constant(number * 2))


def other_operator(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        yield "another operator", ast.BinOp(node.left, _OPERATORS[type(node.op)], node.right)


def swapped_operands(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, _ORDERED):
        yield "operands swapped", ast.BinOp(node.right, node.op, node.left)


def lost_operand(node: ast.AST) -> Iterator[Change]:
    """A residual connection or a scale that is lost."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mult):
        yield "the first operand is lost", node.right
        yield "the second operand is lost", node.left


def swapped_arguments(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Call) or any(isinstance(argument, ast.Starred) for argument in node.args):
        return
    if len(node.args) > 1:
        yield "arguments swapped", with_arguments(node, [node.args[1], node.args[0], *node.args[2:]])
    if called(node) == "where" and len(node.args) == 3:
        yield "branches swapped", with_arguments(node, [node.args[0], node.args[2], node.args[1]])


def other_flag(node: ast.AST) -> Iterator[Change]:
    """A keyword that is True or False, such as `batch_first`."""
    if not isinstance(node, ast.Call):
        return
    for keyword in node.keywords:
        if keyword.arg and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool):
            wrong = not keyword.value.value
            yield f"{keyword.arg} became {wrong}", with_keyword(node, keyword.arg, ast.Constant(wrong))
