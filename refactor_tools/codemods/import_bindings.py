"""How a file reaches the names that moved: by `from` imports, through modules, by star."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from refactor_tools.codemods.import_modules import Module, Unclear
from refactor_tools.codemods.import_scopes import Names, Scope
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.model.migrations import Kept, Move
from refactor_tools.scan.exports import exported_names

_IMPORTS = re.compile(r"\b(?:import_module|__import__|importorskip)$")


@dataclass(frozen=True, slots=True)
class NameBinding:
    """A moved name bound in `scope` by `from` imports (more than one where a `try` or `if` chooses)."""

    move: Move
    bound: str
    scope: Scope
    aliases: tuple[ast.alias, ...]
    line: int


@dataclass(frozen=True, slots=True)
class ModuleBinding:
    """A moved name reached as an attribute: `references` are whole chains (`L.X`), `statements` import the module."""

    move: Move
    bound: str
    scope: Scope
    statements: tuple[ast.Import | ast.ImportFrom, ...]
    references: tuple[ast.Attribute, ...]
    line: int


@dataclass(frozen=True, slots=True)
class StarBinding:
    """A moved name that a star import brings and the file uses."""

    move: Move
    scope: Scope
    statement: ast.ImportFrom
    line: int


Binding = NameBinding | ModuleBinding | StarBinding


def bindings(path: str, names: Names, tree: SourceTree) -> tuple[list[Binding], list[Kept]]:
    """Every way in which the file in `path` reaches a moved name, and those that cannot be followed."""
    finder = _Finder(path, names, tree)
    finder.by_string()
    found: list[Binding] = [*finder.by_name(), *finder.by_module(), *finder.by_star()]
    return sorted(found, key=lambda binding: binding.line), finder.kept


class _Finder:
    def __init__(self, path: str, names: Names, tree: SourceTree) -> None:
        self.path, self.names, self.tree = path, names, tree
        self.kept: list[Kept] = []

    def by_name(self) -> Iterator[NameBinding]:
        for scope in self.names.scopes:
            for bound, binders in scope.binders.items():
                aliases: dict[Move, list[ast.alias]] = {}
                for binder in binders:
                    move = self._imported(binder)
                    if move is not None and isinstance(binder, ast.alias):
                        aliases.setdefault(move, []).append(binder)
                for move, group in aliases.items():
                    yield NameBinding(move, bound, scope, tuple(group), group[0].lineno)

    def _imported(self, binder: ast.AST) -> Move | None:
        statement = self.names.parents.get(binder)
        if not isinstance(binder, ast.alias) or not isinstance(statement, ast.ImportFrom):
            return None
        module = self.tree.module(self.path, statement.module or "", statement.level)
        found = self.tree.origin(module, binder.name)
        if isinstance(found, Move) and found.origin != self.path:
            return found
        if isinstance(found, Unclear):
            self._keep(binder.lineno, binder.name, found.reason)
        elif isinstance(module, str) and (elsewhere := self.tree.elsewhere(self.path, module, binder.name)):
            self._keep(binder.lineno, binder.name, f"`{module}` may be {elsewhere}, if `sys.path` leads there")
        return None

    def by_module(self) -> Iterator[ModuleBinding]:
        found: dict[tuple[Scope, str, Move], list[ast.Attribute]] = {}
        stored: set[Move] = set()
        for node, where in self.names.reads:
            scope = self.names.resolve(node.id, where)
            if scope is None:
                continue
            chain = self._chain(node, scope)
            if chain is None or chain[1].origin == self.path:
                continue
            reference, move = chain
            if isinstance(reference.ctx, ast.Load):
                found.setdefault((scope, node.id, move), []).append(reference)
            else:
                stored.add(move)
                self._keep(reference.lineno, move.name, f"assigned as `{ast.unparse(reference)}`")
        for (scope, bound, move), references in found.items():
            reason = self._unsafe(scope, bound) if move not in stored else "assigned in this file"
            if reason:
                self._keep(references[0].lineno, move.name, reason)
            else:
                yield self._module_binding(scope, bound, move, references)

    def _chain(self, node: ast.Name, scope: Scope) -> tuple[ast.Attribute, Move] | None:
        """The attribute chain on `node` that ends in a moved name."""
        modules = [self.tree.bound_module(self.path, self.names, binder) for binder in scope.binders[node.id]]
        here: object = next((module for module in modules if module is not None), None)
        below: ast.AST = node
        while isinstance(here, Module):
            parent = self.names.parents[below]
            if not isinstance(parent, ast.Attribute):
                return None
            here, below = self.tree.origin(here, parent.attr), parent
        return (below, here) if isinstance(here, Move) and isinstance(below, ast.Attribute) else None

    def _unsafe(self, scope: Scope, bound: str) -> str:
        """Why uses of a module's name cannot be rewritten, "" where they can."""
        modules = []
        for binder in scope.binders[bound]:
            module = self.tree.bound_module(self.path, self.names, binder)
            if module is None:
                return f"`{bound}` is bound again at line {getattr(binder, 'lineno', 0)}"
            modules.append(module)
        if any(module != modules[0] for module in modules):
            return f"`{bound}` is bound to several modules"
        return "its module is imported in a class body" if scope.kind == "class" else ""

    def _module_binding(self, scope: Scope, bound: str, move: Move, references: list[ast.Attribute]) -> ModuleBinding:
        statements = []
        for binder in scope.binders[bound]:
            statement = self.names.parents[binder]
            assert isinstance(statement, ast.Import | ast.ImportFrom)
            statements.append(statement)
        references.sort(key=lambda node: (node.lineno, node.col_offset))
        return ModuleBinding(move, bound, scope, tuple(statements), tuple(references), references[0].lineno)

    def by_star(self) -> Iterator[StarBinding]:
        listed = exported_names(self.names.tree) or ()
        for scope in self.names.scopes:
            for star in scope.stars:
                module = self.tree.module(self.path, star.module or "", star.level)
                for name in sorted({name for _, name in self.tree.moves}):
                    move = self.tree.star_exports(module, name)
                    if move is None or move.origin == self.path or name in self.names.module.binders:
                        continue
                    used = self.names.uses(name, None)
                    if used or name in listed:
                        yield StarBinding(move, scope, star, star.lineno)

    def by_string(self) -> None:
        """What is taken from a module that a string names goes on through the shim."""
        origins = {origin for origin, _ in self.tree.moves}
        for node in self.names.parents:
            match node:
                case ast.Call(func=func, args=[ast.Constant(value=str(text)), *_]) if _IMPORTS.search(
                    ast.unparse(func)
                ):
                    found = self.tree.module(self.path, text) if text else None
                    if isinstance(found, Module) and found.path in origins - {self.path}:
                        self._keep(node.lineno, text, "imported by a string, so what it hands out is not known")

    def _keep(self, line: int, name: str, reason: str) -> None:
        self.kept.append(Kept(self.path, line, name, reason))
