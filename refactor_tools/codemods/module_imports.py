"""Rewrite how one file imports a module that goes to another place. Bytes outside the rewritten spans stay."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from refactor_tools.codemods.import_modules import Module, Unclear
from refactor_tools.codemods.import_scopes import Names
from refactor_tools.codemods.import_statements import Target, retarget
from refactor_tools.codemods.import_style import Spelling, Style
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.imports import FileEdits
from refactor_tools.codemods.module_uses import ModuleUses
from refactor_tools.codemods.relocation import Relocation
from refactor_tools.codemods.text import Text
from refactor_tools.errors import RefactorError
from refactor_tools.model.changes import Edit
from refactor_tools.model.migrations import Kept, Rewritten


def module_edits(path: str, tree: SourceTree, relocation: Relocation, style: Style = "keep") -> FileEdits:
    """What lets the file in `path`, which can be parsed, find the module in its new place.

    Raises:
        RefactorError: an import that cannot be written so that it works after the move.
    """
    text, names = tree.text(path), tree.names(path)
    assert text is not None
    assert names is not None
    spelling = Spelling.of(relocation.path(path), text, relocation.after, style)
    rewriter = _Rewriter(path, names, tree, relocation, Text(text), spelling)
    rewriter.run()
    return FileEdits(
        tuple(rewriter.edits),
        tuple(sorted(rewriter.rewritten, key=lambda item: item.line)),
        tuple(sorted(set(rewriter.kept), key=lambda item: (item.line, item.name))),
    )


@dataclass(slots=True)
class _Rewriter:
    path: str
    names: Names
    tree: SourceTree
    relocation: Relocation
    text: Text
    spelling: Spelling
    edits: list[Edit] = field(default_factory=list)
    rewritten: list[Rewritten] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    def run(self) -> None:
        uses = ModuleUses(self.path, self.names, self.tree, self.relocation, self.text)
        for node in ast.walk(self.names.tree):
            if isinstance(node, ast.ImportFrom):
                self._from(node)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    self._plain(alias, uses)
        edits, rewritten = uses.settled()
        self.edits += edits
        self.rewritten += rewritten
        if self.path in self.relocation.files:
            self._own_place()

    def _from(self, node: ast.ImportFrom) -> None:
        found = self.relocation.before.imported(self.path, node.module or "", node.level)
        if isinstance(found, Unclear):
            self._unclear(node.lineno, found)
            return
        if found is None:
            return
        targets = dict(self._targets(node, found))
        if not targets:
            return
        edits = retarget(self.text, node, targets)
        self.edits += edits
        self.rewritten.append(Rewritten(self.path, node.lineno, self.text.of(node), _statements(targets)))

    def _targets(self, node: ast.ImportFrom, found: Module) -> Iterator[tuple[ast.alias, Target]]:
        """The aliases that must name another module, with what they name."""
        relocation = self.relocation
        if relocation.holds(found):
            if not self._still_means(node.module or "", node.level, found):
                module = self.spelling.module(relocation.renamed(found), node.level)
                yield from ((alias, Target(module, alias.name)) for alias in node.names)
            return
        parent, _, last = relocation.new.rpartition(".")
        for alias in node.names:
            if relocation.before.submodule(found, alias.name) == relocation.root:
                if not parent:
                    raise self._refused(node.lineno, f"`{relocation.new}` has no package to be imported from")
                yield alias, Target(self.spelling.module(parent, node.level), last)
            elif not self._still_means(node.module or "", node.level, found):
                yield alias, Target(self.spelling.module(self._absolute(node.lineno, found), node.level), alias.name)

    def _plain(self, alias: ast.alias, uses: ModuleUses) -> None:
        parts = alias.name.split(".")
        for count in range(1, len(parts) + 1):
            found = self.relocation.before.imported(self.path, ".".join(parts[:count]), 0)
            if isinstance(found, Unclear):
                self._unclear(alias.lineno, found)
                return
            if isinstance(found, Module) and self.relocation.holds(found):
                new = ".".join([self.relocation.renamed(found), *parts[count:]])
                self._renamed(alias, new, count, uses)
                return
        found = self.relocation.before.imported(self.path, alias.name, 0)
        if isinstance(found, Module) and not self._still_means(alias.name, 0, found):
            name = self._absolute(alias.lineno, found)
            if alias.asname is None and len(parts) > 1:
                raise self._refused(alias.lineno, f"`import {alias.name}` would have to become `import {name}`")
            self._replace(alias, f"{name} as {alias.asname or alias.name}")

    def _renamed(self, alias: ast.alias, new: str, count: int, uses: ModuleUses) -> None:
        if new == alias.name:
            return
        if alias.asname is not None:
            self._replace(alias, f"{new} as {alias.asname}")
        elif "." not in alias.name:
            self._replace(alias, f"{new} as {alias.name}")
        else:
            uses.follow(alias, new, count)

    def _replace(self, alias: ast.alias, new: str) -> None:
        self.edits.append(Edit(self.text.start(alias), self.text.end(alias), new))
        self.rewritten.append(Rewritten(self.path, alias.lineno, f"import {self.text.of(alias)}", f"import {new}"))

    def _still_means(self, module: str, level: int, found: Module) -> bool:
        """Whether the same words, in the file's new place, lead to the same module."""
        relocation = self.relocation
        here = relocation.path(self.path)
        if here == self.path and not relocation.holds(found):
            return True
        return relocation.after.imported(here, module, level) == relocation.moved(found)

    def _absolute(self, line: int, found: Module) -> str:
        name = self.relocation.dotted(found)
        if name is None:
            raise self._refused(line, f"{found.path or found.folder} is found only beside it; move that too")
        return name

    def _unclear(self, line: int, found: Unclear) -> None:
        if any(path in self.relocation.files for path in found.paths):
            self.kept.append(Kept(self.path, line, self.relocation.old, found.reason))

    def _own_place(self) -> None:
        for node in ast.walk(self.names.tree):
            if isinstance(node, ast.Name) and node.id == "__file__":
                self.kept.append(Kept(self.path, node.lineno, "__file__", "a path from here leads elsewhere now"))

    def _refused(self, line: int, reason: str) -> RefactorError:
        return RefactorError(f"{reason}; nothing was written", f"{self.path}:{line}")


def _statements(targets: Mapping[ast.alias, Target]) -> str:
    modules: dict[str, list[str]] = {}
    for alias, target in targets.items():
        modules.setdefault(target.module, []).append(_spelled(alias, target))
    return "; ".join(f"from {module} import {', '.join(names)}" for module, names in modules.items())


def _spelled(alias: ast.alias, target: Target) -> str:
    bound = alias.asname or (alias.name if alias.name != target.name else "")
    return f"{target.name} as {bound}" if bound else target.name
