"""What names stand for in the methods of a class, statement by statement, without running it."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

Scope = Mapping[str, "Value"]
NOTHING_BOUND: Scope = MappingProxyType({})


class Unreadable(Exception):
    """A statement does what cannot be followed."""


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A parameter of a method."""

    name: str
    in_init: bool


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """An expression where it stands: `scope` holds what local names mean there, `by` is the statement that binds it."""

    node: ast.expr
    scope: Scope
    by: ast.stmt | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One of two values, by a test."""

    test: Written
    then: "Value"
    other: "Value"
    by: ast.stmt | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """One of the values that an assignment takes apart."""

    of: "Value"
    place: int
    count: int
    by: ast.stmt


@dataclass(frozen=True, slots=True, eq=False)
class Layered:
    """What the layer at `path` (`fc`, `net.0`) makes of `argument`; `whole` is the call, where there is one for it."""

    path: str
    argument: "Value"
    whole: Written | None


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """Nothing that can be told."""

    by: ast.stmt | None = None


Value = Given | Written | Choice | Element | Layered | Unknown


@dataclass(frozen=True, slots=True)
class Site:
    """A statement that is run with `scope`; `inside` are the compound statements around it, the outermost first."""

    statement: ast.stmt
    scope: Scope
    inside: tuple[ast.stmt, ...]


@dataclass(slots=True)
class Reading:
    """Follows statements in order. What it cannot follow binds `Unknown`; a `strict` one raises `Unreadable`.

    `sites` are the statements met, `effects` those that only call or assert something.
    """

    strict: bool
    sites: list[Site] = field(default_factory=list)
    effects: list[Site] = field(default_factory=list)

    def run(
        self, body: Sequence[ast.stmt], scope: Scope, inside: tuple[ast.stmt, ...] = ()
    ) -> tuple[Scope, Value | None]:
        """The scope after `body`, and what it returns on every path that ends in it."""
        for position, statement in enumerate(body):
            self.sites.append(Site(statement, scope, inside))
            if isinstance(statement, ast.Return):
                return scope, Written(statement.value or ast.Constant(None), scope, statement)
            if isinstance(statement, ast.If):
                scope, returned, goes_on = self._branches(statement, body[position + 1 :], scope, inside)
                if returned is not None and not goes_on:
                    return scope, returned
            else:
                scope = self._simple(statement, scope, inside)
        return scope, None

    def _branches(
        self, statement: ast.If, rest: Sequence[ast.stmt], scope: Scope, inside: tuple[ast.stmt, ...]
    ) -> tuple[Scope, Value | None, bool]:
        test = Written(statement.test, scope, statement)
        deeper = (*inside, statement)
        then, first = self.run(statement.body, scope, deeper)
        other, second = self.run(statement.orelse, scope, deeper)
        if first is None and second is None:
            return _merged(test, then, other, statement), None, True
        if first is None:
            _, first = self.run(rest, then, inside)
        elif second is None:
            _, second = self.run(rest, other, inside)
        nothing = Unknown(statement)
        return scope, Choice(test, first or nothing, second or nothing, statement), False

    def _simple(self, statement: ast.stmt, scope: Scope, inside: tuple[ast.stmt, ...]) -> Scope:
        match statement:
            case ast.Assign(targets=[target], value=value):
                return self._bound(target, Written(value, scope, statement), scope, statement)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                return self._bound(target, Written(value, scope, statement), scope, statement)
            case ast.AugAssign(target=ast.Name(id=name) as target, op=operator, value=value):
                old = ast.copy_location(ast.Name(name, ast.Load()), target)
                changed = ast.Call(ast.Name(f"in place {type(operator).__name__}", ast.Load()), [old, value], [])
                return {**scope, name: Written(changed, scope, statement)}
            case ast.Assert():
                self.effects.append(Site(statement, scope, inside))
                return scope
            case ast.Expr(value=ast.Constant()) | ast.Pass() | ast.AnnAssign(value=None):
                return scope
            case ast.Expr(value=ast.Call() as call):
                if (buffer := _buffer(call)) is not None:
                    return {**scope, f"self.{buffer[0]}": Written(buffer[1], scope, statement)}
                self.effects.append(Site(statement, scope, inside))
                return scope
            case ast.With(body=body) if not self.strict:
                return self.run(body, scope, (*inside, statement))[0]
        if self.strict:
            raise Unreadable(type(statement).__name__)
        return {**scope, **dict.fromkeys(_stored(statement), Unknown(statement))}

    def _bound(self, target: ast.expr, value: Written, scope: Scope, statement: ast.stmt) -> Scope:
        match target:
            case ast.Name(id=name):
                return {**scope, name: value}
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                return {**scope, f"self.{name}": value}
            case ast.Tuple(elts=elements) if all(isinstance(item, ast.Name) for item in elements):
                names = [item.id for item in elements if isinstance(item, ast.Name)]
                parts = {
                    name: Element(value, place, len(names), statement)
                    for place, name in enumerate(names)
                    if name != "_"
                }
                return {**scope, **parts}
        if self.strict:
            raise Unreadable("Assign")
        return {**scope, **dict.fromkeys(_stored(statement), Unknown(statement))}


def _merged(test: Written, then: Scope, other: Scope, by: ast.stmt) -> Scope:
    """The scope after an `if`: what only one side binds, or both otherwise, is a choice."""
    found: dict[str, Value] = {}
    for name in (*then, *(name for name in other if name not in then)):
        first, second = then.get(name), other.get(name)
        if first is not None and first is second:
            found[name] = first
        else:
            found[name] = Choice(test, first or Unknown(), second or Unknown(), by)
    return found


def _buffer(call: ast.Call) -> tuple[str, ast.expr] | None:
    """The name of `self.register_buffer("name", ...)`, and the rest as a call without it."""
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="self"), attr="register_buffer" | "register_parameter" as kind),
            args=[ast.Constant(value=str() as name), *rest],
        ):
            return name, ast.Call(ast.Name(kind, ast.Load()), rest, call.keywords)
    return None


def _stored(statement: ast.stmt) -> list[str]:
    """Local names and members that a statement may bind, anywhere inside it."""
    found: list[str] = []
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                found.append(name)
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                found.append(f"self.{name}")
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.append(name)
    return found
