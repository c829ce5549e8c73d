"""Real classes to mutate: torch modules with a constructor and a `forward`, one of each form."""

import ast
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.forms import form

LEAST_LINES, MOST_LINES = 8, 200


@dataclass(frozen=True, slots=True)
class Subject:
    """A class with the imports of its file and the other classes there, by name. Nodes are never changed in place."""

    path: str
    node: ast.ClassDef
    imports: Sequence[ast.stmt]
    neighbours: Mapping[str, ast.ClassDef]


def subjects(trees: Sequence[Path], seed: int) -> list[Subject]:
    """The classes of all Python files of `trees`, the first of each form, in a random order."""
    found: dict[str, Subject] = {}
    for tree in trees:
        for file in sorted(tree.rglob("*.py")):
            for subject in _in_file(file, file.relative_to(tree.parent).as_posix()):
                found.setdefault(form(subject.node), subject)
    drawn = list(found.values())
    random.Random(seed).shuffle(drawn)
    return drawn


def _in_file(file: Path, path: str) -> list[Subject]:
    source = file.read_text(encoding="utf-8", errors="replace")
    if "Module" not in source:
        return []
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return []
    imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom) and not _is_future(node)]
    classes = {node.name: node for node in body if isinstance(node, ast.ClassDef)}
    return [Subject(path, node, imports, classes) for node in classes.values() if is_subject(node)]


def is_subject(node: ast.ClassDef) -> bool:
    """Whether it derives from `Module` itself, has a constructor and a `forward`, and is neither tiny nor huge."""
    bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
    methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
    lines = (node.end_lineno or 0) - node.lineno + 1
    return "Module" in bases and {"__init__", "forward"} <= methods and LEAST_LINES <= lines <= MOST_LINES


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"
