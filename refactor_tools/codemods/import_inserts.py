"""New imports for names that were reached through their module or by star, and the uses that follow."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from refactor_tools.codemods.import_bindings import ModuleBinding, StarBinding
from refactor_tools.codemods.import_scopes import Names, Scope
from refactor_tools.codemods.import_style import Spelling
from refactor_tools.codemods.import_text import import_line, insertion_after
from refactor_tools.codemods.text import Text
from refactor_tools.model.changes import Edit
from refactor_tools.model.migrations import Move

_SEES_LOCALS = frozenset(("locals", "vars", "dir", "eval", "exec"))

ImportStatement = ast.Import | ast.ImportFrom


@dataclass(slots=True)
class Inserts:
    """Imports to write after existing ones, and attribute chains to shorten."""

    spelling: Spelling
    retargeted: dict[ast.AST, Move] = field(default_factory=dict)
    _lines: dict[ast.stmt, list[str]] = field(default_factory=dict)
    _names: dict[tuple[Scope, Move], str] = field(default_factory=dict)
    _uses: dict[ast.Attribute, str] = field(default_factory=dict)
    _replaced: dict[ast.stmt, tuple[ModuleBinding, ...]] = field(default_factory=dict)

    def line(self, statement: ImportStatement, move: Move, bound: str) -> str:
        """The import that binds the moved name to `bound`, in the style of `statement`."""
        level = statement.level if isinstance(statement, ast.ImportFrom) else 0
        return import_line(self.spelling.module(move.module, level), move.new_name, bound)

    def after_star(self, binding: StarBinding) -> str:
        new = self.line(binding.statement, binding.move, binding.move.name)
        self._add(binding.statement, new)
        return new

    def after_module(
        self, names: Names, text: Text, binding: ModuleBinding, references: Sequence[ast.Attribute]
    ) -> str:
        """Give the moved name a binding of its own for `references`; returns that binding's name."""
        existing = _existing(names, binding, references, self)
        local = existing or self._names.setdefault((binding.scope, binding.move), self._free(names, text, binding.move))
        if existing is None:
            for statement in _firsts(binding):
                self._add(statement, self.line(statement, binding.move, local))
        for node in references:
            self._uses[node] = local
        if _replaceable(names, text, binding):
            self._replaced[binding.statements[0]] = (*self._replaced.get(binding.statements[0], ()), binding)
        return local

    def edits(self, names: Names, text: Text) -> list[Edit]:
        edits = [Edit(text.start(node), text.end(node), local) for node, local in self._uses.items()]
        for statement, lines in self._lines.items():
            if self._only_for_moved(names, statement):
                first, *others = lines
                edits.append(Edit(text.start(statement), text.end(statement), first))
                lines = others
            if lines:
                edits.append(insertion_after(text, statement, lines))
        return edits

    def _add(self, statement: ast.stmt, line: str) -> None:
        lines = self._lines.setdefault(statement, [])
        if line not in lines:
            lines.append(line)

    def _only_for_moved(self, names: Names, statement: ast.stmt) -> bool:
        """Whether nothing but rewritten uses read what a function's own import binds."""
        found = self._replaced.get(statement)
        if not found:
            return False
        binding = found[0]
        inside = {node for chain in self._uses for node in ast.walk(chain)}
        return all(node in inside for node, _ in names.uses(binding.bound, binding.scope))

    def _free(self, names: Names, text: Text, move: Move) -> str:
        """A name that nothing in the file has: the component's own, else one with an underscore."""
        name, number = move.new_name, 1
        taken = set(self._names.values())
        while names.binds(name) or name in taken or _read_unbound(names, name):
            name = f"_{move.new_name}" if number == 1 else f"_{move.new_name}_{number}"
            number += 1
        return name


def _existing(
    names: Names, binding: ModuleBinding, references: Sequence[ast.Attribute], inserts: Inserts
) -> str | None:
    """A module-level import of the component, as it is or will be, that all references can read."""
    move = binding.move
    spellings = {move.module, inserts.spelling.relative(move.module)}
    for bound, binders in names.module.binders.items():
        statement = names.parents.get(binders[0])
        if len(binders) != 1 or not isinstance(statement, ast.ImportFrom) or statement not in names.tree.body:
            continue
        alias = binders[0]
        assert isinstance(alias, ast.alias)
        new = "." * statement.level + (statement.module or "") in spellings and alias.name == move.new_name
        if not new and inserts.retargeted.get(alias) != move:
            continue
        seen = all(names.resolve(bound, names.scope_at(node)) is names.module for node in references)
        if seen and all(statement.lineno < node.lineno for node in references):
            return bound
    return None


def _firsts(binding: ModuleBinding) -> tuple[ImportStatement, ...]:
    """The statements after which the name must be bound: the first, where that one always runs."""
    first = binding.statements[0]
    body = getattr(binding.scope.node, "body", [])
    return (first,) if first in body else tuple(dict.fromkeys(binding.statements))


def _replaceable(names: Names, text: Text, binding: ModuleBinding) -> bool:
    """Whether the import serves one function only, so that nobody else can read what it binds."""
    statement = binding.statements[0]
    named_in_text = re.search(rf"""["'][^"'\r\n]*\b{re.escape(binding.bound)}\b""", text.value)
    return (
        binding.scope.kind == "function"
        and len(binding.statements) == 1
        and len(statement.names) == 1
        and (isinstance(statement, ast.ImportFrom) or statement.names[0].asname is not None)
        and named_in_text is None
        and not any(node.id in _SEES_LOCALS for node, _ in names.reads)
    )


def _read_unbound(names: Names, name: str) -> bool:
    return any(node.id == name for node, _ in names.reads)
