"""Packages that import what they export on first use: tables of names, as literal dictionaries.

`_LazyModule(..., _import_structure)` put into `sys.modules`, a module's `__getattr__` (PEP 562) that looks names up in
a dictionary, and `lazy_loader.attach`.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from refactor_tools.model.facts import Import
from refactor_tools.scan.syntax import dotted

_GETATTR = "__getattr__"


@dataclass(frozen=True, slots=True)
class LazyExports:
    """What a package hands out lazily; `table_lines` are the lines of the function that does it, first and last."""

    imports: tuple[Import, ...] = ()
    table_lines: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class _Tables:
    """The literal dictionaries at a module's top level, with what is added to them later."""

    entries: dict[str, list[tuple[str, ast.expr]]] = field(default_factory=lambda: defaultdict(list))

    def read(self, statements: Iterator[ast.stmt]) -> None:
        for statement in statements:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() as table):
                    self._add(name, table)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict() as table):
                    self._add(name, table)
                case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="update"), args=[table])):
                    self._add(name, table)
                case (
                    ast.Assign(targets=[ast.Subscript() as entry], value=value)
                    | ast.AugAssign(target=ast.Subscript() as entry, value=value)
                ):
                    self._entry(entry, value)
                case ast.Expr(
                    value=ast.Call(func=ast.Attribute(value=ast.Subscript() as entry, attr=how), args=[value])
                ):
                    if how in ("extend", "append"):
                        self._entry(entry, ast.List([value], lineno=value.lineno))

    def _add(self, name: str, table: ast.expr) -> None:
        if isinstance(table, ast.Dict):
            for key, value in zip(table.keys, table.values, strict=True):
                match key:
                    case ast.Constant(value=str(text)):
                        self.entries[name].append((text, value))

    def _entry(self, entry: ast.Subscript, value: ast.expr) -> None:
        match entry:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
                self.entries[name].append((key, value))


def lazy_exports(tree: ast.Module) -> LazyExports:
    """The lazy exports of a module; none where it has no such table."""
    statements = list(_statements(tree.body))
    tables = _Tables()
    tables.read(iter(statements))
    getter = next((one for one in statements if isinstance(one, ast.FunctionDef) and one.name == _GETATTR), None)
    found = [*_attached(statements)]
    for name in sorted(_handed_out(statements, getter) & tables.entries.keys()):
        found.extend(imported for key, value in tables.entries[name] for imported in _entry(key, value))
    lines = (getter.lineno, getter.end_lineno or 0) if getter and found else (0, 0)
    return LazyExports(tuple(dict.fromkeys(found)), lines)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        match statement:
            case ast.If(body=inner, orelse=other):
                yield from _statements([*inner, *other])
            case ast.Try(body=inner, handlers=handlers, orelse=other):
                yield from _statements([*inner, *(one for handler in handlers for one in handler.body), *other])


def _handed_out(statements: list[ast.stmt], getter: ast.FunctionDef | None) -> set[str]:
    """Names of dictionaries that a lazy module is made from, or that `__getattr__` reads."""
    reading: list[ast.AST] = [getter] if getter else []
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Subscript(value=table)], value=ast.Call() as call) if (
                dotted(table) == "sys.modules"
            ):
                reading.append(call)
    return {inner.id for node in reading for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _attached(statements: list[ast.stmt]) -> Iterator[Import]:
    """`lazy_loader.attach(__name__, submodules={"a"}, submod_attrs={"b": ["B"]})`."""
    for statement in statements:
        value = statement.value if isinstance(statement, ast.Assign) else None
        if not isinstance(value, ast.Call) or (dotted(value.func) or "").rpartition(".")[2] != "attach":
            continue
        given = {one.arg: one.value for one in value.keywords}
        given.update(zip((None, "submodules", "submod_attrs"), value.args, strict=False))
        for module in _texts(given.get("submodules")):
            yield _import("", module, 1, value.lineno)
        match given.get("submod_attrs"):
            case ast.Dict(keys=keys, values=values):
                for key, names in zip(keys, values, strict=True):
                    for module in _texts(key):
                        yield from _structure(module, names)


def _entry(key: str, value: ast.expr) -> Iterator[Import]:
    """One entry of a table: `"module": ["A", "B"]`, `"A": ".module"`, `"A": "pkg.module.A"`, `"A": ("module", "A")`."""
    match value:
        case ast.Constant(value=str(text)):
            yield from _name(key, text, value.lineno)
        case ast.Tuple(elts=[ast.Constant(value=str(module)), ast.Constant(value=str(name))]) if (
            "." in module or name == key
        ):
            yield from _name(key, f"{module}:{name}", value.lineno)
        case _:
            yield from _structure(key, value)


def _name(key: str, place: str, line: int) -> Iterator[Import]:
    module, _, name = place.partition(":")
    if not name and "." in module.lstrip(".") and module.rpartition(".")[2] == key:
        module, name = module.rpartition(".")[0], key
    bare = module.lstrip(".")
    level = len(module) - len(bare) or (0 if "." in bare else 1)
    if bare.replace(".", "").isidentifier() and key.isidentifier():
        yield Import(bare, name or key, key, level, line, "lazy", "string")


def _structure(module: str, names: ast.expr) -> Iterator[Import]:
    if not module.replace(".", "").isidentifier():
        return
    yield _import("", module.lstrip("."), 1, names.lineno)
    for name in _texts(names):
        yield _import(module.lstrip("."), name, 1, names.lineno)


def _import(module: str, name: str, level: int, line: int) -> Import:
    return Import(module, name, name, level, line, "lazy", "string")


def _texts(node: ast.expr | None) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            for element in elements:
                yield from _texts(element)
