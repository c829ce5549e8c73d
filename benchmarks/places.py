"""Where definitions stand in a tree, read with `ast` and without the tools that are measured."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

Node = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Span:
    """First and last line of a definition, from 1, both included."""

    path: str
    first: int
    last: int


def spans(tree: Path, names: Iterable[str]) -> Mapping[str, Span]:
    """Where the definitions of these ids stand; those that are not in the tree are left out."""
    found = {}
    for name in sorted(set(names)):
        node = definition(tree, name)
        if node is not None:
            found[name] = Span(name.partition("::")[0], node.lineno, node.end_lineno or node.lineno)
    return found


def definition(tree: Path, name: str) -> Node | None:
    """The definition of an id: the first of its name in the file, or the one at its line (`path::Name@line`)."""
    path, _, qualname = name.partition("::")
    return _in_file(tree / path).get(qualname)


@lru_cache(maxsize=64)
def _in_file(file: Path) -> Mapping[str, Node]:
    if not file.is_file():
        return {}
    found: dict[str, Node] = {}
    for qualname, node in definitions(ast.parse(file.read_bytes())):
        found.setdefault(qualname, node)
        found[f"{qualname}@{node.lineno}"] = node
    return found


def definitions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, Node]]:
    """Definitions of a module and of its classes, also those under an `if` or `try`, but none inside of functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Node):
            yield prefix + child.name, child
            if isinstance(child, ast.ClassDef):
                yield from definitions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.stmt | ast.ExceptHandler):
            yield from definitions(child, prefix)
