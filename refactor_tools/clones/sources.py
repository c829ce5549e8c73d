"""Fingerprints of a scan's definitions: each file is parsed once, and its tree dropped before the next."""

import ast
from collections.abc import Callable, Iterator, Mapping

from refactor_tools.clones.fingerprints import Fingerprint, fingerprint
from refactor_tools.clones.substance import has_substance, may_have_substance
from refactor_tools.clones.tokens import Function, Names
from refactor_tools.model.facts import FileFacts, Import, Scan, Source

Place = tuple[int, str]


def fingerprints(scan: Scan, read: Callable[[str], Source | None]) -> Iterator[Fingerprint]:
    """Fingerprints of every definition that has a body of its own, by path and line.

    A file that `read` or Python cannot read yields none; the scan has reported it.
    """
    for facts in sorted(scan.files, key=lambda facts: facts.path):
        if not facts.definitions:
            continue
        source = read(facts.path)
        if source is not None:
            yield from of_file(facts, source.text)


def of_file(facts: FileFacts, text: str) -> Iterator[Fingerprint]:
    """Fingerprints of one file's definitions, in the file's order."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    nodes = _nodes(tree, {definition.name for definition in facts.definitions})
    names = _names(facts)
    for definition in sorted(facts.definitions, key=lambda definition: (definition.line, definition.id)):
        node = nodes.get((definition.line, definition.name))
        if node is not None and may_have_substance(node):
            found = fingerprint(definition, node, names)
            if has_substance(found):
                yield found


def _nodes(tree: ast.Module, wanted: set[str]) -> Mapping[Place, ast.ClassDef | Function]:
    """Classes and functions by name and line, be it that of the keyword or of the first decorator."""
    nodes: dict[Place, ast.ClassDef | Function] = {}
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name in wanted:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            nodes[first, node.name] = nodes[node.lineno, node.name] = node
        stack.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt | ast.excepthandler))
    return nodes


def _names(facts: FileFacts) -> Names:
    imported = {item.bound: _path(item) for item in facts.imports if item.bound and item.bound != "*"}
    return Names(imported, frozenset(definition.name for definition in facts.definitions))


def _path(item: Import) -> str:
    if item.name:
        return f"{item.module}.{item.name}" if item.module else item.name
    # `import a.b` binds `a`, `import a.b as c` binds `c` to `a.b`.
    return item.bound if item.module.partition(".")[0] == item.bound else item.module
