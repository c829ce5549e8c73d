"""What some of a file's definitions need of it."""

import ast
from collections.abc import Collection, Iterator

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Import = ast.Import | ast.ImportFrom


def only_what(text: str, *names: str) -> str:
    """`text` without the definitions, constants and imports that `names` do not need; lines keep their numbers.

    Statements that may do something by themselves stay, and imports that nothing uses: they may fail. Where everything
    is needed, one of `names` is not defined there, or the text does not parse, it comes back as it is.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return text
    if not {node.name for node in tree.body if isinstance(node, Definition)}.issuperset(names):
        return text
    needed = _needed(tree, names) | _unused(tree)
    lines = text.split("\n")
    for node in tree.body:
        kept = _kept(node, needed)
        if kept is not node:
            first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
            last = node.end_lineno or node.lineno
            lines[first - 1 : last] = [ast.unparse(kept) if kept else "", *[""] * (last - first)]
    return "\n".join(lines)


def _needed(tree: ast.Module, names: Collection[str]) -> frozenset[str]:
    """Every name that `names` and the statements which stay lead to."""
    found: set[str] = set()
    queue = [*names]
    for node in tree.body:
        if not _removable(node):
            queue += _read(node)
    bodies = {bound: node for node in tree.body for bound in _bound(node)}
    while queue:
        wanted = queue.pop()
        if wanted not in found:
            found.add(wanted)
            queue += _read(bodies[wanted]) if wanted in bodies else ()
    return frozenset(found)


def _unused(tree: ast.Module) -> frozenset[str]:
    """What imports bind and nothing in the file reads."""
    imports = [node for node in tree.body if isinstance(node, Import)]
    read = {name for node in tree.body if node not in imports for name in _read(node)}
    return frozenset(name for node in imports for name in _bound(node)) - read


def _kept(node: ast.stmt, needed: frozenset[str]) -> ast.stmt | None:
    """The statement, what is left of an import, or None."""
    if not _removable(node) or needed.issuperset(_bound(node)):
        return node
    if not isinstance(node, Import):
        return node if not needed.isdisjoint(_bound(node)) else None
    names = [alias for alias in node.names if _import_name(alias) in needed]
    if not names:
        return None
    if isinstance(node, ast.Import):
        return ast.Import(names)
    return ast.ImportFrom(node.module, names, node.level)


def _removable(node: ast.stmt) -> bool:
    """Whether a statement only binds names."""
    if isinstance(node, ast.ImportFrom):
        return node.module != "__future__" and node.names[0].name != "*"
    if isinstance(node, ast.Assign | ast.AnnAssign):
        plain = not any(isinstance(inner, ast.Call) for inner in ast.walk(node))
        return plain and not any(bound.startswith("__") for bound in _bound(node))
    return isinstance(node, Definition | ast.Import)


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, Definition):
        yield node.name
    elif isinstance(node, Import):
        yield from map(_import_name, node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name))


def _import_name(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _read(node: ast.stmt) -> list[str]:
    return [inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)]
