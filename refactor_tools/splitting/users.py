"""What other files of the tree read from a module, and what they assign in it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, dirname

from refactor_tools.codemods.import_modules import Module
from refactor_tools.codemods.import_scopes import Names
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.model.facts import Source
from refactor_tools.scan.discover import discover, relative_path
from refactor_tools.scan.read import read_source
from refactor_tools.scan.syntax import dotted
from refactor_tools.settings import Settings

_SETTERS = frozenset({"setattr", "delattr", "patch", "object", "setitem"})


@dataclass(frozen=True, slots=True)
class Users:
    """Names that others read from a module, those that they assign in it (to the place), and who imports it at all."""

    read: frozenset[str]
    assigned: dict[str, str]
    importers: tuple[str, ...]


def source_tree(settings: Settings) -> SourceTree:
    """The files of a tree, read when they are asked for."""

    def text(path: str) -> str | None:
        found = read_source(settings.root, path)
        return found.text if isinstance(found, Source) else None

    files = discover(settings.root, [settings.root], settings).files
    return SourceTree([relative_path(settings.root, file) for file in files], text)


def find_users(tree: SourceTree, path: str) -> Users:
    """The users of the module in `path`, among the files of `tree`."""
    names = tree.names(path)
    own = frozenset(names.module.binders) if names is not None else frozenset[str]()
    stem = basename(dirname(path)) if path.endswith("__init__.py") else basename(path).removesuffix(".py")
    mentioned = re.compile(rf"\b{re.escape(stem)}\b|from\s+\.+\s+import")
    read: set[str] = set()
    assigned: dict[str, str] = {}
    importers = []
    for other in sorted(tree.table.paths):
        if other == path or not mentioned.search(tree.text(other) or ""):
            continue
        found = tree.names(other)
        if found is None:
            continue
        reader = _Reader(tree, path, other, found, own)
        uses = list(reader.uses())
        if reader.imports or uses:
            importers.append(other)
        for name, line in uses:
            if line:
                assigned.setdefault(name, f"{other}:{line}")
            read.add(name)
    return Users(frozenset(read), assigned, tuple(importers))


class _Reader:
    """One file that may use the module; `uses` gives names, with a line where they are assigned."""

    def __init__(self, tree: SourceTree, path: str, consumer: str, names: Names, own: frozenset[str]) -> None:
        self.tree, self.path, self.consumer, self.names, self.own = tree, path, consumer, names, own
        self.imports = False

    def uses(self) -> Iterator[tuple[str, int]]:
        for node in ast.walk(self.names.tree):
            match node:
                case ast.ImportFrom():
                    yield from self._imported(node)
                case ast.Import():
                    self.imports |= any(self._is_module(alias.name) for alias in node.names)
                case ast.Attribute() if node.attr in self.own and self._is_owner(node.value):
                    yield node.attr, 0 if isinstance(node.ctx, ast.Load) else node.lineno
                case ast.Call():
                    yield from self._called(node)
                case ast.Constant(value=str(text)) if "." in text:
                    module, _, name = text.rpartition(".")
                    if name in self.own and self._is_module(module):
                        yield name, 0

    def _imported(self, node: ast.ImportFrom) -> Iterator[tuple[str, int]]:
        found = self.tree.module(self.consumer, node.module or "", node.level)
        if not isinstance(found, Module):
            return
        if found.path != self.path:
            below = [self.tree.table.submodule(found, alias.name) for alias in node.names]
            self.imports |= any(one is not None and one.path == self.path for one in below)
            return
        self.imports = True
        for alias in node.names:
            if alias.name != "*":
                yield alias.name, 0
                continue
            unbound = {read.id for read, scope in self.names.reads if self.names.resolve(read.id, scope) is None}
            yield from ((name, 0) for name in sorted(unbound & self.own))

    def _called(self, node: ast.Call) -> Iterator[tuple[str, int]]:
        """`setattr(module, "name", ...)` and its kind: `monkeypatch.setattr`, `patch("module.name")`."""
        if (dotted(node.func) or "").rpartition(".")[2] not in _SETTERS or not node.args:
            return
        texts = [item.value if isinstance(item, ast.Constant) else None for item in node.args[:2]]
        if len(texts) > 1 and isinstance(texts[1], str) and texts[1] in self.own and self._is_owner(node.args[0]):
            yield texts[1], node.lineno
        if isinstance(texts[0], str):
            module, _, name = texts[0].rpartition(".")
            if name in self.own and self._is_module(module):
                yield name, node.lineno

    def _is_owner(self, node: ast.expr) -> bool:
        owner = self.tree.attribute_owner(self.consumer, self.names, node)
        return owner is not None and owner.path == self.path

    def _is_module(self, module: str) -> bool:
        found = self.tree.module(self.consumer, module) if module else None
        return isinstance(found, Module) and found.path == self.path
