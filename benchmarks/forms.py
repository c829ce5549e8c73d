"""Definitions but for their names: how many really different ones a family holds."""

import ast
import builtins
import io
import keyword
import tokenize
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path

from benchmarks.places import Node, definition

_KEPT = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | {"self", "torch", "nn", "F"}
_NAMESPACES = ("torch", "nn", "F", "functional")


def distinct_forms(members: Iterable[str], tree: Path) -> int:
    """How many forms remain when all names but builtins' and torch's own are numbered in order of appearance.

    1 means that all members are exact or renamed copies (Type-1 or Type-2 clones) of each other.
    """
    nodes = [definition(tree, member) for member in members]
    return len({form(node) for node in nodes if node is not None})


def form(definition: Node) -> str:
    """The text of one definition without docstrings, annotations, layout and names."""
    stripped = deepcopy(definition)
    for node in ast.walk(stripped):
        _strip(node)
    numbers: dict[str, str] = {}
    words: list[str] = []
    for token in tokenize.generate_tokens(io.StringIO(ast.unparse(stripped)).readline):
        of_torch = words[-1:] == ["."] and words[-2] in _NAMESPACES
        if token.type == tokenize.NAME and token.string not in _KEPT and not of_torch:
            words.append(numbers.setdefault(token.string, f"name{len(numbers)}"))
        else:
            words.append(token.string)
    return " ".join(words)


def _strip(node: ast.AST) -> None:
    if isinstance(node, ast.arg):
        node.annotation = None
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        node.returns = None
    if isinstance(node, Node) and ast.get_docstring(node) is not None:
        node.body = node.body[1:] or [ast.Pass()]
