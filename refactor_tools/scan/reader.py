"""The one pass over a file's syntax tree: imports, definitions, and what reads what."""

import ast
import builtins
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from refactor_tools.model.facts import Built, Definition, EdgeKind, Import, Problem
from refactor_tools.scan.definitions import definition, is_overload
from refactor_tools.scan.dynamic import IMPORTERS, imported_by_string
from refactor_tools.scan.scopes import Scope
from refactor_tools.scan.syntax import DefinitionNode, FunctionNode, dotted, member
from refactor_tools.scan.sys_paths import edits, evaluate

_BUILTINS = frozenset(dir(builtins)) - {"globals"}
_SURVIVED = frozenset(("ImportError", "ModuleNotFoundError", "Exception", "BaseException"))


@dataclass(slots=True)
class Reader(ast.NodeVisitor):
    """Reads one file: what it found is complete after `visit(tree)`.

    `nodes` are the definitions' syntax trees by id.
    """

    path: str
    imports: list[Import] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
    nodes: dict[str, DefinitionNode] = field(default_factory=dict)
    sys_paths: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=lambda: [Scope("module")])
    _classes: list[str] = field(default_factory=list)
    _functions: int = 0
    _member: str = ""
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

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._define(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._define(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._define(node)

    def _define(self, node: DefinitionNode) -> None:
        self.scopes[-1].stores.add(node.name)
        inner = bool(self._functions) or (bool(self._classes) and not isinstance(node, ast.ClassDef))
        if inner or is_overload(node):
            self._parts(node)
            return
        self.scopes.append(Scope("definition"))
        self._parts(node)
        free = self.scopes.pop().free()
        identity = f"{self.path}::{'.'.join([*self._classes, node.name])}"
        identity = f"{identity}@{node.lineno}" if identity in self.nodes else identity
        self.nodes[identity] = node
        self.definitions.append(definition(node, identity, free))
        if self._classes:
            self.scopes[-1].passed.extend(free)

    def _parts(self, node: DefinitionNode) -> None:
        self._all(node.decorator_list)
        if isinstance(node, ast.ClassDef):
            self._class(node)
        else:
            self._function(node)

    def _class(self, node: ast.ClassDef) -> None:
        for base in node.bases:
            name = dotted(base.value if isinstance(base, ast.Subscript) else base)
            if name:
                self._load(name, "inherits", base.lineno)
            if not name or isinstance(base, ast.Subscript):
                self.visit(base)
        self._all(node.keywords)
        self._classes.append(node.name)
        self._scope(Scope("class"), node.body)
        self._classes.pop()

    def _function(self, node: FunctionNode) -> None:
        self._all([*node.args.defaults, *(default for default in node.args.kw_defaults if default)])
        self._all([argument.annotation for argument in _arguments(node.args) if argument.annotation])
        self._all([node.returns] if node.returns else [])
        self._functions += 1
        self._scope(Scope("function", stores={argument.arg for argument in _arguments(node.args)}), node.body)
        self._functions -= 1

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._all([*node.args.defaults, *(default for default in node.args.kw_defaults if default)])
        self._functions += 1
        self._scope(Scope("function", stores={argument.arg for argument in _arguments(node.args)}), [node.body])
        self._functions -= 1

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        self._scope(Scope("function"), list(ast.iter_child_nodes(node)), keep_member=True)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._load(node.id, "uses", node.lineno)
        else:
            self.scopes[-1].stores.add(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = dotted(node)
        if name is None:
            self.visit(node.value)
        else:
            self._load(name, "uses", node.lineno)

    def visit_Call(self, node: ast.Call) -> None:
        name = dotted(node.func)
        if name is None:
            self.visit(node.func)
        else:
            self._named_call(node, name)
        before, self._member = self._member, _held_by(node) or self._member
        self._all(node.args)
        self._all(node.keywords)
        self._member = before

    def _named_call(self, node: ast.Call, name: str) -> None:
        if name in IMPORTERS:
            found = imported_by_string(node)
            if found:
                self._import(found[0], None, "", found[1], node.lineno, string=True)
        elif name.startswith(("sys.path.", "site.")):
            self._sys_path(node)
        is_class = name.rpartition(".")[2].lstrip("_")[:1].isupper()
        self._load(name, "builds" if is_class else "uses", node.lineno)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._sys_path(node)
        first = node.targets[0]
        if isinstance(first, ast.Name):
            self._bindings[first.id] = node.value
        self._all(node.targets)
        self._bound_to(member(first), node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        self.visit(node.annotation)
        if node.value:
            self._bound_to(member(node.target), node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._sys_path(node)
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self.scopes[-1].stores.update([node.name] if node.name else [])
        self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> None:
        self.scopes[-1].shared.update(node.names)
        self.scopes[0].stores.update(node.names)

    def _load(self, name: str, how: Literal["builds", "inherits", "uses"], line: int) -> None:
        if name.partition(".")[0] != "self" and name not in _BUILTINS:
            self.scopes[-1].loads.append(Built(name, how, self._member, line))

    def _sys_path(self, node: ast.Call | ast.Assign | ast.AugAssign) -> None:
        for expression in edits(node):
            folders = evaluate(expression, self.path, self._bindings)
            if folders and not folders[0].startswith("/"):
                self.sys_paths.extend(folders)
            else:
                what = "lies outside the tree" if folders else "cannot be evaluated without running the file"
                message = f"sys.path gets `{ast.unparse(expression)}`, which {what}"
                self.problems.append(Problem(self.path, node.lineno, message))

    def _all(self, nodes: Sequence[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _within(self, nodes: Sequence[ast.AST], *, type_only: bool = False, guarded: bool = False) -> None:
        before = (self._type_only, self._guarded)
        self._type_only, self._guarded = self._type_only or type_only, self._guarded or guarded
        self._all(nodes)
        self._type_only, self._guarded = before

    def _bound_to(self, name: str | None, value: ast.expr) -> None:
        before, self._member = self._member, name or ""
        self.visit(value)
        self._member = before

    def _scope(self, scope: Scope, nodes: Sequence[ast.AST], *, keep_member: bool = False) -> None:
        self.scopes.append(scope)
        before = self._member
        self._member = before if keep_member else ""
        self._all(nodes)
        self._member = before
        self.scopes.pop()
        self.scopes[-1].passed.extend(scope.free())


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    several = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *several]


def _held_by(node: ast.Call) -> str:
    """The member that keeps what a call is given: `self.x.append(...)`, `self.add_module("x", ...)`."""
    function = node.func
    if not isinstance(function, ast.Attribute):
        return ""
    if function.attr in ("append", "extend", "insert", "add_module"):
        held = member(function.value)
        if held:
            return held
    if member(function) in ("add_module", "register_module") and node.args:
        match node.args[0]:
            case ast.Constant(value=str(name)):
                return name
    return ""


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
