"""Who still uses an old name. Where that is not clear, it counts as a use: a shim that is gone cannot be asked."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from refactor_tools.codemods.import_modules import INIT, Module, Unclear
from refactor_tools.codemods.import_scopes import Names
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.shim_blocks import adapted_definition
from refactor_tools.codemods.shim_removal import exported_otherwise
from refactor_tools.model.shims import ShimUse


def python_users(path: str, name: str, tree: SourceTree) -> Iterator[ShimUse]:
    """Uses of `name` of the legacy file `path` in Python files, that file among them."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    for other in sorted(tree.table.paths):
        if not word.search(tree.text(other) or ""):
            continue
        names = tree.names(other)
        if other == path:
            yield from _own_uses(path, name, names)
        elif names is not None:
            yield from _Reader(path, name, tree, other, names).uses()
        elif _mentions(_stem(path), tree.text(other) or ""):
            yield ShimUse(other, 0, "string")


def text_users(path: str, name: str, texts: Mapping[str, str]) -> Iterator[ShimUse]:
    """Notebooks and configuration files that speak of both the legacy file and the name."""
    for other, text in sorted(texts.items()):
        bare = _without_ids(text, name)
        found = re.search(rf"\b{re.escape(name)}\b", bare)
        if found is not None and _mentions(_stem(path), bare):
            yield ShimUse(other, bare.count("\n", 0, found.start()) + 1, "string")


def _own_uses(path: str, name: str, names: Names | None) -> Iterator[ShimUse]:
    """What is left in the legacy file and uses the name: of an adapted shim, for an alias has a private name there."""
    definition = None if names is None else adapted_definition(names.tree, name)
    if names is None:
        return
    if exported_otherwise(names.tree, name):
        yield ShimUse(path, 0, "file")
    if definition is None:
        return
    inside = range(definition.lineno, (definition.end_lineno or definition.lineno) + 1)
    lines = {node.lineno for node, _ in names.uses(name, names.module)}.difference(inside)
    yield from (ShimUse(path, line, "file") for line in sorted(lines))
    if len(names.module.binders.get(name, ())) > 1:
        yield ShimUse(path, definition.lineno, "file")


class _Reader:
    """The uses in one other file."""

    def __init__(self, path: str, name: str, tree: SourceTree, other: str, names: Names) -> None:
        self.path, self.name, self.tree, self.other, self.names = path, name, tree, other, names
        self.docstrings = _docstrings(names.tree)
        self.speaks_of_module = any(_mentions(_stem(path), text) for text in self._said())

    def uses(self) -> Iterator[ShimUse]:
        dotted = re.compile(rf"\b{re.escape(_stem(self.path))}[.:]{re.escape(self.name)}\b")
        for node in ast.walk(self.names.tree):
            if isinstance(node, ast.ImportFrom) and self._imports(node):
                yield ShimUse(self.other, node.lineno, "import")
            elif isinstance(node, ast.Attribute) and node.attr == self.name and self._may_be_ours(node.value):
                yield ShimUse(self.other, node.lineno, "attribute")
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in self.docstrings:
                alone = self.speaks_of_module and node.value == self.name
                if alone or dotted.search(node.value):
                    yield ShimUse(self.other, node.lineno, "string")

    def _said(self) -> Iterator[str]:
        """What the file imports, and its strings."""
        for node in ast.walk(self.names.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield " ".join([getattr(node, "module", None) or "", *(alias.name for alias in node.names)])
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in self.docstrings:
                yield _without_ids(node.value, self.name)

    def _imports(self, node: ast.ImportFrom) -> bool:
        if not any(alias.name in (self.name, "*") for alias in node.names):
            return False
        found = self.tree.module(self.other, node.module or "", node.level)
        if isinstance(found, Module):
            return found.path == self.path
        if isinstance(found, Unclear):
            return self.path in found.paths
        return self.path in self.tree.table.elsewhere(self.other, node.module or "")

    def _may_be_ours(self, owner: ast.expr) -> bool:
        """Whether the attribute is read from the legacy module, or from something unknown in a file that names it."""
        found = self.tree.attribute_owner(self.other, self.names, owner)
        if found is not None:
            return found.path == self.path
        own = isinstance(owner, ast.Name) and owner.id in ("self", "cls")
        return self.speaks_of_module and not own


def _without_ids(text: str, name: str) -> str:
    """An id of a definition says where something was, it uses nothing."""
    return re.sub(rf"[\w./-]+\.py::{re.escape(name)}\b", "", text)


def _docstrings(tree: ast.Module) -> set[ast.AST]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _stem(path: str) -> str:
    place = PurePosixPath(path)
    return place.parent.name if place.name == INIT else place.stem


def _mentions(word: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", text) is not None
