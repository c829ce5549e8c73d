"""The part of a file's one pass that finds what the file imports, in every form that can be read."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from refactor_tools.model.facts import Computed, EdgeKind, Import, LookedUp, Registered
from refactor_tools.scan import dynamic, registries
from refactor_tools.scan.scopes import Scope
from refactor_tools.scan.strings import NAMING_CALLS, Strings
from refactor_tools.scan.syntax import dotted
from refactor_tools.scan.sys_paths import edits, evaluate
from refactor_tools.scan.visitor import Visitor

_SURVIVED = frozenset(("ImportError", "ModuleNotFoundError", "Exception", "BaseException"))
_COMPUTED = "cannot be evaluated without running the file"


@dataclass(slots=True)
class ImportReader(Visitor):
    """Collects imports, strings that stand for them, edits of `sys.path`, and what is computed."""

    path: str
    imports: list[Import] = field(default_factory=list)
    strings: Strings = field(default_factory=Strings)
    registered: list[Registered] = field(default_factory=list)
    sys_paths: list[str] = field(default_factory=list)
    computed: list[Computed] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=lambda: [Scope("module")])
    _looked_up: dict[tuple[str, int], LookedUp] = field(default_factory=dict)
    _classes: list[str] = field(default_factory=list)
    _functions: int = 0
    _type_only: bool = False
    _guarded: bool = False
    _as_script: bool = False

    @property
    def looked_up(self) -> tuple[LookedUp, ...]:
        return tuple(self._looked_up.values())

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._import(alias.name, None, alias.asname or alias.name.partition(".")[0], 0, node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            bound = "" if alias.name == "*" else alias.asname or alias.name
            self._import(node.module or "", alias.name, bound, node.level, node.lineno)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        negated = isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not)
        typing = _is_type_checking(node.test)
        script = not self._functions and _is_main(node.test)
        self._within(node.body, type_only=typing and not negated, as_script=script)
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

    def _import(self, module: str, name: str | None, bound: str, level: int, line: int, string: bool = False) -> None:
        via: Literal["plain", "star", "string"] = "string" if string else "star" if name == "*" else "plain"
        self.imports.append(Import(module, name, bound, level, line, self._kind(), via, self._guarded))
        if bound and not self._functions and not self._classes:
            self.scopes[0].stores.add(bound)

    def _kind(self) -> EdgeKind:
        if self._type_only:
            return "type-only"
        if self._functions or self._as_script:
            return "lazy"
        return "optional" if self._guarded else "runtime"

    def _string_kind(self) -> EdgeKind:
        """A string imports nothing when it is read, whoever follows it does so later."""
        return "type-only" if self._type_only else "lazy"

    def _importing_call(self, node: ast.Call, name: str) -> None:
        """Take in what a call of `name` imports, loads, names or looks up."""
        last = name.rpartition(".")[2]
        if name == "dict":
            self.strings.keywords(node, self._string_kind())
            self._look_up(registries.typed(node, self._string_kind()))
        elif last in dynamic.DYNAMIC:
            self._dynamic_call(node, name, last)
        elif last in NAMING_CALLS:
            self.strings.call(node, name, self._string_kind())
        elif last.startswith(registries.REGISTER):
            self.registered.extend(registries.registered_by_call(node))
        elif last.startswith(registries.BUILDERS):
            self._look_up(registries.looked_up(node, name, self._string_kind()))
        elif name.startswith(("sys.path.", "site.")):
            self._sys_path(node)

    def _look_up(self, found: Iterable[LookedUp]) -> None:
        # The call around a dictionary says of which registry its `type` is a key.
        for one in found:
            self._looked_up.setdefault((one.key, one.line), one)

    def _dynamic_call(self, node: ast.Call, name: str, last: str) -> None:
        if last in dynamic.IMPORTERS:
            for module, level in dynamic.imported_modules(node, self._value):
                self._import(module, None, "", level, node.lineno, string=True)
            for argument in node.args:
                self.strings.skip(argument)
        elif last in dynamic.LOADERS:
            self._loaded(node, last, dynamic.loaded_path(node, last))
        elif name in dynamic.EXECUTORS:
            self._executed(node, name)

    def _executed(self, node: ast.Call, name: str) -> None:
        path = dynamic.executed_path(node)
        modules = dynamic.executed_modules(node, self._value)
        if path is not None:
            self._loaded(node, name, path)
        elif modules is None:
            self.computed.append(Computed(name, node.lineno, "runs text that is computed when the file runs"))
        for module, level in modules or ():
            self._import(module, None, "", level, node.lineno, string=True)

    def _loaded(self, node: ast.Call, name: str, path: ast.expr | None) -> None:
        if path is None:
            return
        for known in dynamic.environments(path, self._value):
            found = evaluate(path, self.path, known)
            if found:
                self.strings.path(found[0], node.lineno, self._kind())
            else:
                reason = f"loads a file by the path `{ast.unparse(path)}`, which {_COMPUTED}"
                self.computed.append(Computed(name, node.lineno, reason))

    def _sys_path(self, node: ast.Call | ast.Assign | ast.AugAssign) -> None:
        for expression in edits(node):
            for known in dynamic.environments(expression, self._value):
                folders = evaluate(expression, self.path, known)
                if folders and not folders[0].startswith("/"):
                    self.sys_paths.extend(folders)
                else:
                    why = "lies outside the tree" if folders else _COMPUTED
                    reason = f"gets `{ast.unparse(expression)}`, which {why}"
                    self.computed.append(Computed("sys.path", node.lineno, reason))

    def _value(self, name: str) -> ast.expr | None:
        """What `name` was last assigned in the nearest scope that binds it."""
        for scope in reversed(self.scopes):
            if name in scope.values:
                return scope.values[name]
            if name in scope.stores:
                return None
        return None

    def _all(self, nodes: Sequence[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _within(
        self, nodes: Sequence[ast.AST], *, type_only: bool = False, guarded: bool = False, as_script: bool = False
    ) -> None:
        before = (self._type_only, self._guarded, self._as_script)
        self._type_only, self._guarded = self._type_only or type_only, self._guarded or guarded
        self._as_script = self._as_script or as_script
        self._all(nodes)
        self._type_only, self._guarded, self._as_script = before


def _is_type_checking(test: ast.expr) -> bool:
    name = dotted(test.operand if isinstance(test, ast.UnaryOp) else test)
    return name is not None and name.rpartition(".")[2] == "TYPE_CHECKING"


def _is_main(test: ast.expr) -> bool:
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]):
            return True
        case _:
            return False


def _survives_import_error(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or bool(_last_names(handler.type) & _SURVIVED)


def _suppresses_import_error(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call) or (dotted(node.func) or "").rpartition(".")[2] != "suppress":
        return False
    return any(_last_names(argument) & _SURVIVED for argument in node.args)


def _last_names(node: ast.expr) -> set[str]:
    names = node.elts if isinstance(node, ast.Tuple) else [node]
    return {(dotted(name) or "").rpartition(".")[2] for name in names}
