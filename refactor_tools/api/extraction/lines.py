"""A definition as lines that can be compared: one for each statement, in one spelling, without docstrings."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

Method = ast.FunctionDef | ast.AsyncFunctionDef
_STEP = 4


@dataclass(frozen=True, slots=True)
class SourceLine:
    """`depth` is its indentation in steps below the method's `def`."""

    depth: int
    text: str


def lines_by_method(source: str) -> Mapping[str, tuple[SourceLine, ...]]:
    """The lines of a class or function by method; under "" those of the class itself, or of the function."""
    node = ast.parse(source).body[0]
    if isinstance(node, Method):
        return {"": tuple(_method(node))}
    assert isinstance(node, ast.ClassDef)
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    rest = [item for item in node.body if not isinstance(item, Method) and not _is_docstring(item)]
    decorators = [SourceLine(0, f"@{ast.unparse(item)}") for item in node.decorator_list]
    own = [*decorators, SourceLine(0, f"class ({bases})"), *(line for item in rest for line in _statement(item, 1))]
    return {"": tuple(own)} | {item.name: tuple(_method(item)) for item in node.body if isinstance(item, Method)}


def _method(node: Method) -> list[SourceLine]:
    lines = [SourceLine(0, f"@{ast.unparse(item)}") for item in node.decorator_list]
    returns = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
    lines.append(SourceLine(0, f"def {node.name}({ast.unparse(node.args)}){returns}"))
    for statement in node.body:
        if not _is_docstring(statement):
            lines += _statement(statement, 1)
    return lines


def _statement(node: ast.stmt, depth: int) -> list[SourceLine]:
    """Its lines; the layers of an `nn.Sequential` have one each."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _is_sequence(node.value):
        targets = " = ".join(map(ast.unparse, node.targets))
        elements = [SourceLine(depth + 1, f"{ast.unparse(item)},") for item in node.value.args]
        head = SourceLine(depth, f"{targets} = {ast.unparse(node.value.func)}(")
        return [head, *elements, SourceLine(depth, ")")]
    found = []
    for line in ast.unparse(node).splitlines():
        text = line.lstrip(" ")
        found.append(SourceLine(depth + (len(line) - len(text)) // _STEP, text))
    return found


def _is_sequence(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name == "Sequential" and len(node.args) > 1 and not node.keywords


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
