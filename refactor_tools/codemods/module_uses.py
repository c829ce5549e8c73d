"""Uses of a module that moves by a dotted chain: `import a.b` binds `a`, and `a.b.X` must name the new place."""

import ast
from dataclasses import dataclass, field

from refactor_tools.codemods.import_scopes import Names, Scope
from refactor_tools.codemods.import_text import insertion_after
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.imports import is_placed
from refactor_tools.codemods.relocation import Relocation
from refactor_tools.codemods.text import Text
from refactor_tools.errors import RefactorError
from refactor_tools.model.changes import Edit
from refactor_tools.model.migrations import Rewritten
from refactor_tools.scan.exports import exported_names


@dataclass(frozen=True, slots=True)
class _Import:
    """`import a.b.c` of something in the module that moves; `parts` of its name lead to that module."""

    alias: ast.alias
    new: str
    parts: int


@dataclass(slots=True)
class ModuleUses:
    """Collects the dotted imports of one file, and settles what becomes of them and of all chains to the module."""

    path: str
    names: Names
    tree: SourceTree
    relocation: Relocation
    text: Text
    imports: list[_Import] = field(default_factory=list)

    def follow(self, alias: ast.alias, new: str, parts: int) -> None:
        """`import a.b.c`, of which the first `parts` name something that moves, becomes `import new`."""
        self.imports.append(_Import(alias, new, parts))

    def settled(self) -> tuple[list[Edit], list[Rewritten]]:
        """The edits of the imports and of the chains.

        Raises:
            RefactorError: a chain that cannot be rewritten.
        """
        chains = self._chains()
        local = self._local() if chains or self.imports else ""
        edits = [Edit(self.text.start(node), self.text.end(node), local) for node, _ in chains]
        rewritten = [Rewritten(self.path, node.lineno, self.text.of(node), local) for node, _ in chains]
        for item in self.imports:
            new = self._written(item, local, [node for node, _ in chains])
            edits.append(Edit(self.text.start(item.alias), self.text.end(item.alias), new))
            rewritten.append(Rewritten(self.path, item.alias.lineno, f"import {item.alias.name}", f"import {new}"))
        edits += self._inserted(chains, local)
        return edits, rewritten

    def _chains(self) -> list[tuple[ast.expr, Scope]]:
        """The chains that end in the module, with the scope that binds their first name."""
        found: list[tuple[ast.expr, Scope]] = []
        for node, where in self.names.reads:
            scope = self.names.resolve(node.id, where)
            chain = None if scope is None else self._chain(node, scope)
            if chain is None or scope is None:
                continue
            if not is_placed(chain, self.names, self.text):
                raise RefactorError(
                    f"`{ast.unparse(chain)}` stands in an f-string where it cannot be rewritten; take it out first",
                    f"{self.path}:{chain.lineno}",
                )
            found.append((chain, scope))
        return found

    def _chain(self, node: ast.Name, scope: Scope) -> ast.expr | None:
        here = None
        for binder in scope.binders[node.id]:
            here = here or self.tree.bound_module(self.path, self.names, binder)
        below: ast.expr = node
        if here is not None and self.relocation.holds(here):
            return node if here == self.relocation.root and self._is_dotted(scope, node.id) else None
        while here is not None and here != self.relocation.root:
            parent = self.names.parents[below]
            if not isinstance(parent, ast.Attribute):
                return None
            inner = self.relocation.before.submodule(here, parent.attr)
            here, below = inner, parent
        return below if here is not None else None

    def _is_dotted(self, scope: Scope, name: str) -> bool:
        """Whether `name` is bound by `import name.sub` alone, which will not bind it any more."""
        dotted = {item.alias for item in self.imports}
        return all(binder in dotted for binder in scope.binders[name])

    def _local(self) -> str:
        """What the chains become: the new dotted name, or a name of their own where its head is taken."""
        head, _, _ = self.relocation.new.partition(".")
        if not self._taken(head):
            return self.relocation.new
        local, number = f"_{self.relocation.new.rpartition('.')[2]}", 1
        while self.names.binds(local) or any(node.id == local for node, _ in self.names.reads):
            number += 1
            local = f"{local.rstrip('0123456789')}{number}"
        return local

    def _taken(self, head: str) -> bool:
        """Whether the file means something else by the first part of the new name."""
        for scope in self.names.scopes:
            for binder in scope.binders.get(head, ()):
                statement = self.names.parents.get(binder)
                if not isinstance(binder, ast.alias) or not isinstance(statement, ast.Import):
                    return True
                if binder.asname is not None or binder.name.partition(".")[0] != head:
                    return True
        return False

    def _written(self, item: _Import, local: str, chains: list[ast.expr]) -> str:
        """What stands for `a.b.c` in its import statement."""
        relocation = self.relocation
        new = item.new
        if local != relocation.new:
            tail = item.new[len(relocation.new) :].replace(".", "_")
            new = f"{relocation.new} as {local}" + (f", {item.new} as {local}{tail}" if tail else "")
        head = item.alias.name.partition(".")[0]
        if head == new.partition(".")[0] or not self._else_needed(item, head, chains):
            return new
        kept = head if item.parts > 1 else f"{relocation.new} as {head}"
        return f"{kept}, {new}"

    def _else_needed(self, item: _Import, head: str, chains: list[ast.expr]) -> bool:
        """Whether anything but the chains reads what the import binds, and nothing else binds it."""
        scope = next(scope for scope in self.names.scopes if item.alias in scope.binders.get(head, ()))
        ours = {other.alias for other in self.imports}
        if any(
            isinstance(binder, ast.alias) and binder not in ours and binder.asname is None
            for binder in scope.binders[head]
        ):
            return False
        first = next(binder for binder in scope.binders[head] if binder in ours)
        if first is not item.alias:
            return False
        inside = {below for chain in chains for below in ast.walk(chain)}
        if any(node not in inside for node, _ in self.names.uses(head, scope)):
            return True
        if scope.kind != "module":
            return False
        listed = head in (exported_names(self.names.tree) or ())
        return listed or next(self.tree.importers(self.path, head), None) is not None

    def _inserted(self, chains: list[tuple[ast.expr, Scope]], local: str) -> list[Edit]:
        """Imports of the module for chains whose first name is bound by another import, which stays."""
        dotted = {item.alias for item in self.imports}
        statements: dict[ast.stmt, None] = {}
        for chain, scope in chains:
            first = next(node for node in ast.walk(chain) if isinstance(node, ast.Name))
            binders = scope.binders[first.id]
            if any(binder in dotted for binder in binders):
                continue
            for binder in binders:
                statement = self.names.parents.get(binder)
                if isinstance(statement, ast.Import | ast.ImportFrom):
                    statements[statement] = None
        if self._is_imported(local):
            return []
        line = f"import {self.relocation.new}" + ("" if local == self.relocation.new else f" as {local}")
        return [insertion_after(self.text, statement, [line]) for statement in statements]

    def _is_imported(self, local: str) -> bool:
        """Whether the file's own statements import the module from its new place, now or after the move."""
        new = {item.alias for item in self.imports if item.new == self.relocation.new}
        return any(
            isinstance(binder, ast.alias)
            and (binder in new or binder.name == self.relocation.new)
            and self.names.parents[binder] in self.names.tree.body
            for name in self.names.module.binders
            for binder in self.names.module.binders[name]
            if binder in new or name == local.partition(".")[0]
        )
