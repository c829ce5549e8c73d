"""The one pass over a file's syntax tree: imports, definitions, and what reads what."""

import ast
import builtins
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from refactor_tools.model.facts import Built, Definition
from refactor_tools.scan import registries
from refactor_tools.scan.definitions import definition, is_overload
from refactor_tools.scan.import_reader import ImportReader
from refactor_tools.scan.scopes import Scope
from refactor_tools.scan.strings import annotation_of
from refactor_tools.scan.syntax import DefinitionNode, FunctionNode, dotted, member

# A module that reads these may bind names that stand nowhere in it.
_NAMESPACES = frozenset(("globals", "locals", "vars"))
_BUILTINS = frozenset(dir(builtins)) - _NAMESPACES


@dataclass(slots=True)
class Reader(ImportReader):
    """Reads one file: what it found is complete after `visit(tree)`.

    `nodes` are the definitions' syntax trees by id.
    """

    definitions: list[Definition] = field(default_factory=list)
    nodes: dict[str, DefinitionNode] = field(default_factory=dict)
    _member: str = ""
    _annotating: bool = False

    def string_annotation(self, text: str, line: int) -> None:
        """Read the names in a string that stands for a type."""
        self.strings.mention(text, line, "type-only")
        expression = annotation_of(text, line)
        if expression is not None:
            self._annotated([expression])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._define(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._define(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._define(node)

    def _define(self, node: DefinitionNode) -> None:
        self.scopes[-1].stores.add(node.name)
        self.registered.extend(registries.decorated(node))
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
        self._annotated([argument.annotation for argument in _arguments(node.args) if argument.annotation])
        self._annotated([node.returns] if node.returns else [])
        self._functions += 1
        self._scope(Scope("function", stores={argument.arg for argument in _arguments(node.args)}), node.body)
        self._functions -= 1

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._all([*node.args.defaults, *(default for default in node.args.kw_defaults if default)])
        self._functions += 1
        self._scope(Scope("function", stores={argument.arg for argument in _arguments(node.args)}), [node.body])
        self._functions -= 1

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        scope = Scope("function")
        for generator in node.generators:
            scope.runs_through(generator.target, generator.iter, self._value)
        self._scope(scope, list(ast.iter_child_nodes(node)), keep_member=True)

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
            self.registered.extend(registries.registered_by_call(node))
            self.visit(node.func)
        else:
            self._named_call(node, name)
        before, self._member = self._member, _held_by(node) or self._member
        self._all(node.args)
        self._all(node.keywords)
        self._member = before

    def _named_call(self, node: ast.Call, name: str) -> None:
        self._importing_call(node, name)
        is_class = name.rpartition(".")[2].lstrip("_")[:1].isupper()
        self._load(name, "builds" if is_class else "uses", node.lineno)

    def visit_Assign(self, node: ast.Assign) -> None:
        first = node.targets[0]
        if isinstance(first, ast.Name):
            self.scopes[-1].values[first.id] = node.value
        else:
            self._sys_path(node)
        self._all(node.targets)
        self._bound_to(member(first), node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        self._annotated([node.annotation])
        if node.value:
            self._bound_to(member(node.target), node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._sys_path(node)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self.scopes[-1].runs_through(node.target, node.iter, self._value)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        text = node.value
        if type(text) is not str:
            return
        if self._annotating:
            self.string_annotation(text, node.lineno)
        elif "." in text:
            self.strings.mention(text, node.lineno, self._string_kind())

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._all([part for part in node.values if isinstance(part, ast.FormattedValue)])

    def visit_Dict(self, node: ast.Dict) -> None:
        self.strings.dictionary(node, self._string_kind())
        self._look_up(registries.typed(node, self._string_kind()))
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if self._annotating:
            self._subscripted_annotation(node)
        else:
            self._look_up(registries.subscripted(node, self._string_kind()))
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

    def _annotated(self, annotations: Sequence[ast.expr]) -> None:
        before, self._annotating = self._annotating, True
        self._all(annotations)
        self._annotating = before

    def _subscripted_annotation(self, node: ast.Subscript) -> None:
        name = (dotted(node.value) or "").rpartition(".")[2]
        self.visit(node.value)
        if name == "Annotated" and isinstance(node.slice, ast.Tuple):
            self._annotated(node.slice.elts[:1])
            self._annotating, before = False, self._annotating
            self._all(node.slice.elts[1:])
            self._annotating = before
        elif name != "Literal":
            self.visit(node.slice)

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
