"""Rewrite how one file reaches names that moved. Bytes outside the rewritten spans stay as they are.

A name that is one object in both places is read from its new place. A name whose old place holds an adapter follows
only where every use in the file is resolved, so that its calls can be written in the component's own terms.
"""

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from refactor_tools.changes.text import apply_edits
from refactor_tools.codemods.import_adapted import CallSite, Unresolved, call_sites, require_no_other_use
from refactor_tools.codemods.import_bindings import Binding, ModuleBinding, NameBinding, StarBinding, bindings
from refactor_tools.codemods.import_calls import Signatures, adapted_arguments, call_text
from refactor_tools.codemods.import_inserts import Inserts
from refactor_tools.codemods.import_meanings import same_meaning
from refactor_tools.codemods.import_scopes import Names
from refactor_tools.codemods.import_statements import Target, retarget
from refactor_tools.codemods.import_text import import_line
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.text import Text
from refactor_tools.model.changes import Edit
from refactor_tools.model.migrations import Kept, Move, Rewritten


@dataclass(frozen=True, slots=True)
class FileRewrite:
    """A file's new text with what was rewritten in it and what was not."""

    text: str
    rewritten: tuple[Rewritten, ...] = ()
    kept: tuple[Kept, ...] = ()


def rewrite_imports(path: str, tree: SourceTree) -> FileRewrite:
    """Migrate the file in `path`; it can be parsed (`tree.names(path)` is not None)."""
    text, names = tree.text(path), tree.names(path)
    assert text is not None
    assert names is not None
    rewriter = _Rewriter(path, names, tree, Text(text))
    found, kept = bindings(path, names, tree)
    for binding in found:
        rewriter.add(binding)
    new = apply_edits(text, rewriter.edits())
    ast.parse(new)
    order = sorted({*kept, *rewriter.kept}, key=lambda item: (item.line, item.name, item.reason))
    return FileRewrite(new, tuple(sorted(rewriter.rewritten, key=lambda item: item.line)), tuple(order))


@dataclass(slots=True)
class _Rewriter:
    path: str
    names: Names
    tree: SourceTree
    text: Text
    kept: list[Kept] = field(default_factory=list)
    rewritten: list[Rewritten] = field(default_factory=list)
    _targets: dict[ast.ImportFrom, dict[ast.alias, Target]] = field(default_factory=dict)
    _calls: dict[ast.Call, tuple[CallSite, Move]] = field(default_factory=dict)
    _inserts: Inserts = field(default_factory=Inserts)

    def add(self, binding: Binding) -> None:
        try:
            if binding.move.form == "adapted":
                self._follow(binding)
            match binding:
                case NameBinding():
                    self._retarget(binding)
                case ModuleBinding():
                    self._insert(binding)
                case StarBinding():
                    self._inserts.after_star(binding)
                    self._note(binding.line, self.text.of(binding.statement), binding.move, binding.move.name)
        except Unresolved as unresolved:
            self.kept.append(Kept(self.path, binding.line, binding.move.name, str(unresolved)))

    def _retarget(self, binding: NameBinding) -> None:
        move = binding.move
        for alias in binding.aliases:
            statement = self.names.parents[alias]
            assert isinstance(statement, ast.ImportFrom)
            self._targets.setdefault(statement, {})[alias] = Target(move.module, move.new_name)
            dots = "." * statement.level + (statement.module or "")
            self._note(alias.lineno, import_line(dots, alias.name, binding.bound), move, binding.bound)

    def _insert(self, binding: ModuleBinding) -> None:
        usable = [node for node in binding.references if not self._in_string(node)]
        if len(usable) < len(binding.references):
            self.kept.append(Kept(self.path, binding.line, binding.move.name, "used inside an f-string"))
        if not usable:
            return
        local = self._inserts.after_module(self.names, self.text, binding, usable)
        for node in usable:
            self.rewritten.append(Rewritten(self.path, node.lineno, ast.unparse(node), local))
        self._note(binding.statements[0].lineno, self.text.of(binding.statements[0]), binding.move, local)

    def _in_string(self, node: ast.AST) -> bool:
        return any(isinstance(above, ast.JoinedStr) for above in self.names.ancestors(node))

    def _note(self, line: int, old: str, move: Move, bound: str) -> None:
        self.rewritten.append(Rewritten(self.path, line, old, import_line(move.module, move.new_name, bound)))

    def _follow(self, binding: Binding) -> None:
        """Resolve every use of an adapted name and note its calls."""
        if isinstance(binding, StarBinding):
            raise Unresolved("comes through `import *`")
        references: Sequence[ast.expr]
        if isinstance(binding, NameBinding):
            require_no_other_use(self.path, self.names, self.tree, binding)
            references = [node for node, _ in self.names.uses(binding.bound, binding.scope)]
        else:
            references = binding.references
        sites = call_sites(self.path, self.names, self.tree, binding.move, references)
        for site in sites:
            if site.node in self._calls:
                raise Unresolved(f"two moved names meet in the call at line {site.node.lineno}")
            self._arguments(site, binding.move, self.text.of)
        self._calls.update({site.node: (site, binding.move) for site in sites})

    def _arguments(self, site: CallSite, move: Move, rendered: Callable[[ast.expr], str]) -> str:
        """The text behind the function's name in a rewritten call."""
        init = site.role == "init"
        old = move.parameters if init or move.kind == "function" else move.forward
        signatures = Signatures(
            move.adapter.init if init else move.adapter.forward,
            old,
            move.new_parameters if init or move.kind == "function" else move.new_forward,
            positional=not init,
        )
        if not signatures.arguments and not init:
            # An empty mapping says that the signature did not change.
            return self.text.value[self.text.end(site.node.func) : self.text.end(site.node)]
        arguments = adapted_arguments(
            site.node,
            signatures,
            rendered,
            lambda name: same_meaning(name, site.node, self.path, self.names, move, self.tree),
        )
        return call_text(self.text, site.node, arguments)

    def edits(self) -> list[Edit]:
        """All edits; a rewritten call inside another's arguments is written there."""
        edits = self._inserts.edits(self.names, self.text)
        for statement, targets in self._targets.items():
            edits += retarget(self.text, statement, targets)
        for call in sorted(self._calls, key=lambda call: self.text.end(call) - self.text.start(call)):
            edits = self._with_call(call, edits)
        return edits

    def _with_call(self, call: ast.Call, edits: list[Edit]) -> list[Edit]:
        """`edits` with the one that rewrites `call`, which takes in those inside its arguments."""
        start, end = self.text.end(call.func), self.text.end(call)
        site, move = self._calls[call]
        new = self._arguments(site, move, lambda node: self._rendered(node, edits))
        if new == self.text.value[start:end]:
            return edits
        callee = self._rendered(call.func, edits)
        self.rewritten.append(Rewritten(self.path, call.lineno, self.text.of(call), callee + new))
        return [*(edit for edit in edits if not (start <= edit.start and edit.end <= end)), Edit(start, end, new)]

    def _rendered(self, node: ast.expr, edits: Iterable[Edit]) -> str:
        """The text of an expression with what is already rewritten in it."""
        start, end = self.text.start(node), self.text.end(node)
        inside = (edit for edit in edits if start <= edit.start and edit.end <= end)
        shifted = [Edit(edit.start - start, edit.end - start, edit.new) for edit in inside]
        return apply_edits(self.text.value[start:end], shifted)
