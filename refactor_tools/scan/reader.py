"""The one pass over a file's syntax tree: imports, definitions, and what reads what."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from refactor_tools.model.facts import EdgeKind, Import, Problem
from refactor_tools.scan.definition_reader import DefinitionReader
from refactor_tools.scan.dynamic import IMPORTERS, imported_by_string
from refactor_tools.scan.frameworks import is_namespace
from refactor_tools.scan.syntax import dotted
from refactor_tools.scan.sys_paths import edits, evaluate

_SURVIVED = frozenset(("ImportError", "ModuleNotFoundError", "Exception", "BaseException"))


@dataclass(slots=True)
class Reader(DefinitionReader):
    """Reads one file: what it found is complete after `visit(tree)`."""

    imports: list[Import] = field(default_factory=list)
    sys_paths: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _type_only: bool = False
    _guarded: bool = False
    _bindings: dict[str, ast.expr] = field(default_factory=dict)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._import(alias.name, None, alias.asname or alias.name.partition(".")[0], 0, node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            bound = "" if alias.name == "*" else alias.asname or alias.name
            self._import(node.module or "", alias.name, bound, node.level, node.lineno)

    def _import(self, module: str, name: str | None, bound: str, level: int, line: int, string: bool = False) -> None:
        via: Literal["plain", "star", "string"] = "string" if string else "star" if name == "*" else "plain"
        self.imports.append(Import(module, name, bound, level, line, self._kind(), via, self._guarded))
        if bound and is_namespace(module, name, bound):
            self.modules.add(bound)
        if bound and not self._functions and not self._classes:
            self.scopes[0].stores.add(bound)

    def _kind(self) -> EdgeKind:
        if self._type_only:
            return "type-only"
        if self._functions:
            return "lazy"
        return "optional" if self._guarded else "runtime"

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        negated = isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not)
        typing = _is_type_checking(node.test)
        self._within(node.body, type_only=typing and not negated)
        self._within(node.orelse, type_only=typing and negated)

    def visit_Try(self, node: ast.Try) -> None:
        survives = any(_survives_import_error(handler) for handler in node.handlers)
        self._within(node.body, guarded=survives)
        self._within(node.handlers, guarded=survives)
        self._all(node.orelse)
        self._all(node.finalbody)

    def visit_With(self, node: ast.With) -> None:
        self._all(node.items)
        self._within(node.body, guarded=any(_suppresses_import_error(item.context_expr) for item in node.items))

    def visit_Assign(self, node: ast.Assign) -> None:
        self._sys_path(node)
        if isinstance(node.targets[0], ast.Name):
            self._bindings[node.targets[0].id] = node.value
        DefinitionReader.visit_Assign(self, node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._sys_path(node)
        DefinitionReader.visit_AugAssign(self, node)

    def _named_call(self, node: ast.Call, name: str) -> None:
        if name in IMPORTERS:
            found = imported_by_string(node)
            if found:
                self._import(found[0], None, "", found[1], node.lineno, string=True)
        elif name.startswith(("sys.path.", "site.")):
            self._sys_path(node)
        DefinitionReader._named_call(self, node, name)

    def _sys_path(self, node: ast.Call | ast.Assign | ast.AugAssign) -> None:
        for expression in edits(node):
            folders = evaluate(expression, self.path, self._bindings)
            if folders and not folders[0].startswith("/"):
                self.sys_paths.extend(folders)
            else:
                what = "lies outside the tree" if folders else "cannot be evaluated without running the file"
                message = f"sys.path gets `{ast.unparse(expression)}`, which {what}"
                self.problems.append(Problem(self.path, node.lineno, message))

    def _within(self, nodes: Sequence[ast.AST], *, type_only: bool = False, guarded: bool = False) -> None:
        before = (self._type_only, self._guarded)
        self._type_only, self._guarded = self._type_only or type_only, self._guarded or guarded
        self._all(nodes)
        self._type_only, self._guarded = before


def _is_type_checking(test: ast.expr) -> bool:
    name = dotted(test.operand if isinstance(test, ast.UnaryOp) else test)
    return name is not None and name.rpartition(".")[2] == "TYPE_CHECKING"


def _survives_import_error(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or bool(_last_names(handler.type) & _SURVIVED)


def _suppresses_import_error(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call) or (dotted(node.func) or "").rpartition(".")[2] != "suppress":
        return False
    return any(_last_names(argument) & _SURVIVED for argument in node.args)


def _last_names(node: ast.expr) -> set[str]:
    names = node.elts if isinstance(node, ast.Tuple) else [node]
    return {(dotted(name) or "").rpartition(".")[2] for name in names}
