"""The files around a consumer: read and parsed once, and only when an import leads there."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from refactor_tools.codemods.import_modules import Module, ModuleTable, Unclear
from refactor_tools.codemods.import_scopes import Names, read_names
from refactor_tools.model.migrations import Move
from refactor_tools.scan.exports import exported_names

Origin = Move | Module | Unclear | None


class SourceTree:
    """The tree's files by path (relative to the root), and where the names that moved are read from.

    `text` gives a file's text, or None where it cannot be decoded.
    """

    def __init__(self, paths: Iterable[str], text: Callable[[str], str | None], moves: Iterable[Move] = ()) -> None:
        self.table = ModuleTable.of(paths)
        self.moves = {(move.origin, move.name): move for move in moves}
        self._read = text
        self._texts: dict[str, str | None] = {}
        self._names: dict[str, Names | None] = {}

    @cached_property
    def moved_name(self) -> re.Pattern[str]:
        names = "|".join(sorted({re.escape(move.name) for move in self.moves.values()}))
        return re.compile(rf"\b(?:{names})\b")

    def following(self, moves: Iterable[Move]) -> "SourceTree":
        """The same tree after other moves; what was read is shared."""
        tree = SourceTree((), self._read, moves)
        tree.table, tree._texts, tree._names = self.table, self._texts, self._names
        return tree

    def put(self, path: str, text: str) -> None:
        """Take `text` for what the file in `path` holds: the code of a notebook, for one."""
        self._texts[path] = text
        self._names.pop(path, None)

    @property
    def parsed(self) -> frozenset[str]:
        """The files that were parsed so far."""
        return frozenset(self._names)

    def text(self, path: str) -> str | None:
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def names(self, path: str) -> Names | None:
        """The scopes of a file, None where it cannot be parsed."""
        if path not in self._names:
            text = self.text(path)
            try:
                self._names[path] = None if text is None else read_names(ast.parse(text), text)
            except (SyntaxError, ValueError, RecursionError):
                self._names[path] = None
        return self._names[path]

    def module(self, consumer: str, module: str, level: int = 0) -> Module | Unclear | str | None:
        """What an import statement reads: a module of the tree, or the dotted name of one that is not."""
        found = self.table.imported(consumer, module, level)
        return module if found is None and not level else found

    def origin(self, module: Module | Unclear | str | None, name: str) -> Origin:
        """What `from module import name` gives, through re-exports."""
        return self._origin(module, name, frozenset())

    def star_exports(self, module: Module | Unclear | str | None, name: str) -> Move | None:
        """The moved name that `from module import *` brings."""
        found = self.origin(module, name)
        if not isinstance(found, Move) or not isinstance(module, Module) or module.path is None:
            return found if isinstance(found, Move) and isinstance(module, str) else None
        names = self.names(module.path)
        listed = None if names is None else exported_names(names.tree)
        if listed is not None:
            return found if name in listed else None
        gone = module.path == found.origin
        shown = names is not None and (gone or name in names.module.binders or bool(names.module.stars))
        return found if shown and not name.startswith("_") else None

    def elsewhere(self, consumer: str, module: str, name: str) -> str | None:
        """The file outside the consumer's folder that holds a moved `name`, where `sys.path` may lead."""
        for path in self.table.elsewhere(consumer, module):
            if isinstance(self.origin(Module(path), name), Move):
                return path
        return None

    def importers(self, path: str, name: str) -> Iterator[tuple[str, int]]:
        """Other files that read `name` of the module in `path`, with the line."""
        word = re.compile(rf"\b{re.escape(name)}\b")
        for other in sorted(self.table.paths):
            if other == path or not word.search(self.text(other) or ""):
                continue
            names = self.names(other)
            if names is not None:
                yield from ((other, line) for line in self._reads(other, names, path, name))

    def _reads(self, consumer: str, names: Names, path: str, name: str) -> Iterator[int]:
        for node in ast.walk(names.tree):
            if isinstance(node, ast.ImportFrom):
                found = self.module(consumer, node.module or "", node.level)
                reaches = isinstance(found, Module) and found.path == path
                if reaches and any(alias.name in (name, "*") for alias in node.names):
                    yield node.lineno
            elif isinstance(node, ast.Attribute) and node.attr == name:
                owner = self.attribute_owner(consumer, names, node.value)
                if isinstance(owner, Module) and owner.path == path:
                    yield node.lineno

    def attribute_owner(self, consumer: str, names: Names, node: ast.expr) -> Module | None:
        """The module that a chain of names stands for."""
        if isinstance(node, ast.Attribute):
            owner = self.attribute_owner(consumer, names, node.value)
            inner = None if owner is None else self.origin(owner, node.attr)
            return inner if isinstance(inner, Module) else None
        if not isinstance(node, ast.Name):
            return None
        scope = names.resolve(node.id, names.scope_at(node))
        found = {self.bound_module(consumer, names, binder) for binder in (scope.binders[node.id] if scope else ())}
        return found.pop() if len(found) == 1 else None

    def bound_module(self, consumer: str, names: Names, binder: ast.AST) -> Module | None:
        """The module of the tree that an import binds."""
        statement = names.parents.get(binder)
        found: object = None
        if isinstance(binder, ast.alias) and isinstance(statement, ast.ImportFrom):
            found = self.origin(self.module(consumer, statement.module or "", statement.level), binder.name)
        elif isinstance(binder, ast.alias) and isinstance(statement, ast.Import):
            name = binder.name if binder.asname else binder.name.partition(".")[0]
            found = self.module(consumer, name)
        return found if isinstance(found, Module) else None

    def _origin(self, module: Module | Unclear | str | None, name: str, seen: frozenset[tuple[str, str]]) -> Origin:
        if isinstance(module, str):
            return self.moves.get((module, name))
        if isinstance(module, Unclear):
            return module if any((path, name) in self.moves for path in module.paths) else None
        if module is None:
            return None
        if module.path is not None:
            key = (module.path, name)
            if key in self.moves:
                return self.moves[key]
            found = None if key in seen else self._reexported(module.path, name, seen | {key})
            if found is not None:
                return found
        return self.table.submodule(module, name)

    def _reexported(self, path: str, name: str, seen: frozenset[tuple[str, str]]) -> Origin:
        names = self.names(path) if self._may_reexport(path, name) else None
        if names is None:
            return None
        origins: list[Origin] = []
        for binder in names.module.binders.get(name, ()):
            statement = names.parents.get(binder)
            if isinstance(binder, ast.alias) and isinstance(statement, ast.ImportFrom):
                module = self.module(path, statement.module or "", statement.level)
                origins.append(self._origin(module, binder.name, seen))
            elif isinstance(binder, ast.alias) and binder.asname:
                origins.append(_as_origin(self.module(path, binder.name)))
            elif not any(isinstance(node, ast.ExceptHandler) for node in names.ancestors(binder)):
                return None
        if origins:
            return origins[0] if all(origin == origins[0] for origin in origins) else None
        for star in reversed(names.module.stars):
            found = self._origin(self.module(path, star.module or "", star.level), name, seen)
            if isinstance(found, Move):
                return found
        return None

    def _may_reexport(self, path: str, name: str) -> bool:
        """Whether the module's text leaves open that it imports the name: most define it, and need not be parsed."""
        text = self.text(path) or ""
        word = re.escape(name)
        if re.search(rf"^(?:class|def|async def)[ \t]+{word}\b", text, re.MULTILINE):
            return False
        return "*" in text or re.search(rf"\b{word}\b", text) is not None


def _as_origin(found: Module | Unclear | str | None) -> Origin:
    return None if isinstance(found, str) else found
