"""Modules that are named in strings: `import_module("a.b")`, `__import__("a")`."""

import ast

from refactor_tools.scan.syntax import dotted

IMPORTERS = ("importlib.import_module", "import_module", "__import__", "importlib.__import__")


def imported_by_string(node: ast.Call) -> tuple[str, int] | None:
    """(module, level) of a call that imports what a string names; computed parts of the module are "*"."""
    if dotted(node.func) not in IMPORTERS:
        return None
    arguments = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "name")]
    if not arguments:
        return None
    text = pattern(arguments[0])
    module = text.lstrip(".")
    level = len(text) - len(module)
    package = _package(node)
    if level and package:
        parents = package.split(".")
        kept = parents[: len(parents) - level + 1]
        return ".".join([*kept, module]), 0
    return module, level


def pattern(node: ast.expr) -> str:
    """The text of a string expression with "*" for every part that is computed."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(pattern(value) for value in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return pattern(left) + pattern(right)
        case _:
            return "*"


def _package(node: ast.Call) -> str:
    given = [*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "package")]
    match given:
        case [ast.Constant(value=str(text))]:
            return text
        case _:
            return ""
