"""What can be shown of a division without running anything."""

import ast
from collections.abc import Iterator, Mapping
from posixpath import dirname

from refactor_tools.splitting.arrangement import Arrangement
from refactor_tools.splitting.place import Place, moved_module
from refactor_tools.splitting.source import ModuleSource, read_module

_STATIC = frozenset({"__file__", "__name__", "__doc__", "__package__", "__spec__", "__path__"})


def faults(arrangement: Arrangement, place: Place, parts: Mapping[str, str], facade: str) -> list[str]:
    """Why the new files are not the old one divided; empty where every definition is the same tree under its name.

    Each moved statement must have the same syntax tree, each new file must bind whatever it reads, and the facade must
    import every moved name from the file that defines it.
    """
    found: list[str] = []
    for stem, text in parts.items():
        found += _part_faults(arrangement, place, stem, text)
    found += _facade_faults(arrangement, place, facade)
    return found


def _part_faults(arrangement: Arrangement, place: Place, stem: str, text: str) -> Iterator[str]:
    source = arrangement.source
    new = read_module(text, place.part(stem))
    trees = [_tree(node, place.folder, place.folder) for item in new.statements for node in item.nodes]
    for unit in arrangement.files[stem]:
        for item in unit.statements:
            for node in item.nodes:
                if _tree(node, dirname(place.source), place.folder) not in trees:
                    yield f"{item.label} is not the same in {stem}.py"
    yield from (f"{stem}.py reads {name}, which nothing binds there" for name in _unbound(source, new))


def _facade_faults(arrangement: Arrangement, place: Place, facade: str) -> Iterator[str]:
    new = read_module(facade, place.facade)
    bound = {
        (alias.asname or alias.name, (node.module or "").rpartition(".")[2])
        for node in ast.walk(new.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for name, stem in arrangement.homes.items():
        if (name, stem) not in bound:
            yield f"{name} of {stem}.py is not in {place.facade}"
    for item in arrangement.source.statements:
        if item.number not in arrangement.moved and item.kind not in ("import", "future"):
            trees = [_tree(node, dirname(place.facade), dirname(place.facade)) for node in new.tree.body]
            own = [_tree(node, dirname(place.source), dirname(place.facade)) for node in item.nodes]
            yield from (f"{item.label} is not the same in {place.facade}" for tree in own if tree not in trees)
    yield from (f"{place.facade} reads {name}, which nothing binds there" for name in _unbound(arrangement.source, new))


def _unbound(source: ModuleSource, new: ModuleSource) -> list[str]:
    known = {name for item in source.statements for name in item.unbound} | _STATIC
    return sorted({name for item in new.statements for name in item.unbound} - known)


def _tree(node: ast.AST, old: str, new: str) -> str:
    """The syntax tree as text; relative imports as they read from `new` after a move from `old`."""
    copy = ast.parse(ast.unparse(node)) if old != new and _has_relative(node) else None
    if copy is None:
        return ast.dump(node)
    for inner in ast.walk(copy):
        if isinstance(inner, ast.ImportFrom) and inner.level:
            written = moved_module(inner, old, new)
            inner.module = written.lstrip(".") or None
            inner.level = len(written) - len(written.lstrip("."))
    return ast.dump(ast.parse(ast.unparse(copy)).body[0])


def _has_relative(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.ImportFrom) and inner.level for inner in ast.walk(node))


def surface_differences(
    before: Mapping[str, str], after: Mapping[str, str], renamed: Mapping[str, str], gone: frozenset[str]
) -> list[str]:
    """How two descriptions of one module differ. `renamed` are modules of parts, to the old module; the names `gone`
    are imports that nothing reads any more."""
    found = []
    for name, text in sorted(before.items()):
        if name not in after:
            if name not in gone:
                found.append(f"{name} is gone")
            continue
        now = after[name]
        for new, old in renamed.items():
            now = now.replace(f"{new}.", f"{old}.")
        if now != text:
            found.append(f"{name} was {_short(text, now)}, and would be {_short(now, text)}")
    return found


def _short(text: str, other: str) -> str:
    """The part of a description around the first difference."""
    at = next((i for i, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other)))
    start = max(at - 30, 0)
    return f"{'...' if start else ''}{text[start : at + 60]}"
