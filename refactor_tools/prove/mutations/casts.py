"""Another type or another device on the way."""

import ast
from collections.abc import Iterator

from refactor_tools.prove.mutations.syntax import Change, called, calls_submodule, keyword_of, method, without_keyword

_TYPES = ("float", "double", "half", "bfloat16", "long", "int", "bool", "type_as")
# Whose methods of these names cast nothing.
_OWNERS = ("torch", "self")


def other_dtype(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Call | ast.BinOp):
        yield "the result became float64", ast.Return(method(node.value, "double"))
    if not isinstance(node, ast.Call):
        return
    if keyword_of(node, "dtype") is not None:
        yield "dtype is lost", without_keyword(node, "dtype")
    if calls_submodule(node):
        yield "rounded to half precision", method(method(node, "half"), "float")
        yield "a result became float64", method(node, "double")
    if called(node) in _TYPES and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) not in _OWNERS:
        yield "a cast is lost", node.func.value


def other_device(node: ast.AST) -> Iterator[Change]:
    """What only another device than the CPU shows."""
    if not isinstance(node, ast.Call):
        return
    if keyword_of(node, "device") is not None:
        yield "device is lost", without_keyword(node, "device")
    if calls_submodule(node):
        yield "a result is moved to the CPU", method(node, "cpu")
    moves = called(node) == "to" and any("device" in ast.unparse(argument) for argument in node.args)
    if moves and isinstance(node.func, ast.Attribute):
        yield "no longer moved to the device", node.func.value
