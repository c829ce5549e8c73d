"""Expressions in generated code: whose names they mean, and how they are laid out."""

import ast
import builtins
from collections.abc import Collection

WIDTH = 120


def names_in(expression: str) -> frozenset[str]:
    """The names that `expression` reads from outside itself."""
    nodes = list(ast.walk(ast.parse(expression, mode="eval")))
    bound = {node.arg for node in nodes if isinstance(node, ast.arg)}
    bound |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name)) - bound


def bound_to(expression: str, module: str, known: Collection[str]) -> str:
    """`expression` with every name that is neither known nor built in read from `module`; the rest stays as written."""
    foreign = names_in(expression) - set(known) - set(dir(builtins)) - {"torch"}
    data = expression.encode()
    nodes = [node for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.Name)]
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        if node.id in foreign and node.lineno == 1:
            data = data[: node.col_offset] + f"{module}.".encode() + data[node.col_offset :]
    return data.decode()


def laid_out(expression: str, indent: int, column: int) -> str:
    """`expression` as it follows `column` characters on a line indented by `indent`: one item a line where too long."""
    if column + len(expression) + 1 <= WIDTH:
        return expression
    node = ast.parse(expression, mode="eval").body
    items: list[ast.expr | ast.keyword] = []
    if isinstance(node, ast.Call):
        items = [*node.args, *node.keywords]
    elif isinstance(node, ast.Tuple | ast.List):
        items = [*node.elts]
    if not items:
        return expression
    data, margin = expression.encode(), " " * (indent + 4)
    lines = [data[: items[0].col_offset].decode()]
    for item in items:
        text = data[item.col_offset : item.end_col_offset].decode()
        name, value = (f"{item.arg}=", text.partition("=")[2]) if isinstance(item, ast.keyword) else ("", text)
        lines.append(f"{margin}{name}{laid_out(value, indent + 4, indent + 4 + len(name))},")
    closing = data[items[-1].end_col_offset :].decode().lstrip(", ")
    return "\n".join([*lines, " " * indent + closing])
