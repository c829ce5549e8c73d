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
from refactor_tools.codemods.import_style import Spelling, Style
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


@dataclass(frozen=True, slots=True)
class FileEdits:
    """A file's edits with what they rewrite and what stays."""

    edits: tuple[Edit, ...]
    rewritten: tuple[Rewritten, ...] = ()
    kept: tuple[Kept, ...] = ()


def rewrite_imports(path: str, tree: SourceTree, style: Style = "keep") -> FileRewrite:
    """Migrate the file in `path`; it can be parsed (`tree.names(path)` is not None)."""
    text = tree.text(path)
    assert text is not None
    found = import_edits(path, tree, style)
    new = apply_edits(text, found.edits)
    ast.parse(new)
    return FileRewrite(new, found.rewritten, found.kept)


def import_edits(path: str, tree: SourceTree, style: Style = "keep") -> FileEdits:
    """What migrates the file in `path`, as edits of its text; it can be parsed."""
    text, names = tree.text(path), tree.names(path)
    assert text is not None
    assert names is not None
    spelling = Spelling.of(path, text, tree.table, style)
    rewriter = _Rewriter(path, names, tree, Text(text), spelling, Inserts(spelling))
    found, kept = bindings(path, names, tree)
    for binding in found:
        rewriter.add(binding)
    edits = rewriter.edits()
    order = sorted({*kept, *rewriter.kept}, key=lambda item: (item.line, item.name, item.reason))
    return FileEdits(tuple(edits), tuple(sorted(rewriter.rewritten, key=lambda item: item.line)), tuple(order))


def is_placed(node: ast.expr, names: Names, text: Text) -> bool:
    """Whether the node's text stands where its syntax tree says: before Python 3.12 not always so in an f-string."""
    joined = next((above for above in names.ancestors(node) if isinstance(above, ast.JoinedStr)), None)
    if joined is None:
        return True
    alike = [other for other in ast.walk(joined) if ast.dump(other) == ast.dump(node)]
    places = {(getattr(other, "lineno", 0), getattr(other, "col_offset", 0)) for other in alike}
    return len(places) == len(alike) and text.of(node) == ast.unparse(node)


@dataclass(slots=True)
class _Rewriter:
    path: str
    names: Names
    tree: SourceTree
    text: Text
    spelling: Spelling
    _inserts: Inserts
    kept: list[Kept] = field(default_factory=list)
    rewritten: list[Rewritten] = field(default_factory=list)
    _targets: dict[ast.ImportFrom, dict[ast.alias, Target]] = field(default_factory=dict)
    _calls: dict[ast.Call, tuple[CallSite, Move]] = field(default_factory=dict)

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
                    new = self._inserts.after_star(binding)
                    self._note(binding.line, self.text.of(binding.statement), new)
        except Unresolved as unresolved:
            self.kept.append(Kept(self.path, binding.line, binding.move.name, str(unresolved)))

    def _retarget(self, binding: NameBinding) -> None:
        move = binding.move
        for alias in binding.aliases:
            statement = self.names.parents[alias]
            assert isinstance(statement, ast.ImportFrom)
            module = self.spelling.module(move.module, statement.level)
            self._targets.setdefault(statement, {})[alias] = Target(module, move.new_name)
            self._inserts.retargeted[alias] = move
            dots = "." * statement.level + (statement.module or "")
            old = import_line(dots, alias.name, binding.bound)
            self._note(alias.lineno, old, import_line(module, move.new_name, binding.bound))

    def _insert(self, binding: ModuleBinding) -> None:
        usable = [node for node in binding.references if is_placed(node, self.names, self.text)]
        if len(usable) < len(binding.references):
            self.kept.append(Kept(self.path, binding.line, binding.move.name, "used inside an f-string"))
        if not usable:
            return
        local = self._inserts.after_module(self.names, self.text, binding, usable)
        for node in usable:
            self.rewritten.append(Rewritten(self.path, node.lineno, ast.unparse(node), local))
        first = binding.statements[0]
        self._note(first.lineno, self.text.of(first), self._inserts.line(first, binding.move, local))

    def _note(self, line: int, old: str, new: str) -> None:
        self.rewritten.append(Rewritten(self.path, line, old, new))

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
