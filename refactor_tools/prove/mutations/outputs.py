"""Results in another order or another container."""

import ast
from collections.abc import Iterator

from refactor_tools.prove.mutations.syntax import Change


def other_output(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Return) or node.value is None or isinstance(node.value, ast.Constant):
        return
    if isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
        first, second, *rest = node.value.elts
        yield "outputs in another order", ast.Return(ast.Tuple([second, first, *rest], ast.Load()))
        yield "outputs in a list", ast.Return(ast.List(node.value.elts, ast.Load()))
    elif isinstance(node.value, ast.Dict) and len(node.value.values) > 1:
        first, second, *rest = node.value.values
        yield "outputs under each other's name", ast.Return(ast.Dict(node.value.keys, [second, first, *rest]))
    elif not isinstance(node.value, ast.Dict):
        yield "the output in a tuple", ast.Return(ast.Tuple([node.value], ast.Load()))
