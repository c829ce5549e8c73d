"""The one pass over a file's syntax tree: imports, definitions, and what reads what."""

import ast
from dataclasses import dataclass, field

from refactor_tools.model.facts import Definition, Finding
from refactor_tools.scan import registries
from refactor_tools.scan.definitions import definition, is_overload
from refactor_tools.scan.members import ClassReading
from refactor_tools.scan.places import NOWHERE, Place
from refactor_tools.scan.scopes import LOCAL, RETURN, Scope
from refactor_tools.scan.syntax import DefinitionNode, FunctionNode, dotted
from refactor_tools.scan.value_reader import ValueReader, every_argument, of_function


@dataclass(slots=True)
class Reader(ValueReader):
    """Reads one file: what it found is complete after `visit(tree)`.

    `nodes` are the definitions' syntax trees by id.
    """

    definitions: list[Definition] = field(default_factory=list)
    nodes: dict[str, DefinitionNode] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

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
        reading = self._parts(node)
        free = self.scopes.pop().free()
        identity = f"{self.path}::{'.'.join([*self._classes, node.name])}"
        identity = f"{identity}@{node.lineno}" if identity in self.nodes else identity
        self.nodes[identity] = node
        if self._classes:
            self.scopes[-1].passed.extend(free)
        self.definitions.append(definition(node, identity, free, reading))

    def _parts(self, node: DefinitionNode) -> ClassReading | None:
        for decorator in node.decorator_list:
            self._bound_to(NOWHERE, decorator)
        if isinstance(node, ast.ClassDef):
            return self._class(node)
        self._function(node)
        return None

    def _class(self, node: ast.ClassDef) -> ClassReading:
        for base in node.bases:
            name = dotted(base.value if isinstance(base, ast.Subscript) else base)
            if name:
                self._load(name, "inherits", base.lineno)
            if not name or isinstance(base, ast.Subscript):
                self.visit(base)
        self._all(node.keywords)
        reading = ClassReading(node, self._functions)
        self._classes.append(node.name)
        self._readings.append(reading)
        scope = self._scope(Scope("class"), node.body, NOWHERE)
        self._readings.pop()
        self._classes.pop()
        reading.reads |= scope.stores
        self.findings.extend(reading.findings())
        self.scopes[-1].take(scope, list(reading.placed(scope.free())))
        return reading

    def _function(self, node: FunctionNode) -> None:
        own = self._readings[-1] if self._readings and not self._depth() else None
        self._signature(node, constructs=node.name == "__init__" if own else not self._functions)
        before = self._method
        if own:
            self._method = node.name
            own.begin(node)
        self._functions += 1
        scope = self._scope(of_function(node.args), node.body, NOWHERE)
        self._functions -= 1
        self._method = before
        self.scopes[-1].take(scope, scope.free())
        if own:
            own.end(self.path, node, scope.names)

    def _signature(self, node: FunctionNode, *, constructs: bool) -> None:
        """Defaults and annotations; those of a function that `constructs` say what it receives."""
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        given = [*zip(positional[::-1], arguments.defaults[::-1], strict=False)][::-1]
        named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        given.extend((argument, default) for argument, default in named if default)
        for argument, default in given:
            self._bound_to(Place(argument.arg, how="receives") if constructs else NOWHERE, default)
        for argument in every_argument(arguments):
            if argument.annotation:
                place = Place(argument.arg, how="receives") if constructs else NOWHERE
                self._annotated(place, argument.annotation)
        if node.returns:
            self._annotated(NOWHERE, node.returns)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value:
            nested = self._depth() > 1
            place = NOWHERE if nested else Place(f"{LOCAL}{self._method}()" if self._classes else RETURN)
            self._bound_to(place, node.value)
