"""`__all__`, as far as it is written out."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from refactor_tools.scan.syntax import dotted

_NAME = "__all__"
_PASSED_THROUGH = ("list", "tuple", "sorted", "set")


@dataclass(frozen=True, slots=True)
class Exports:
    """The literal names of `__all__` in order, the modules whose own `__all__` it takes in, and the line where a part
    of it is computed (0: nowhere)."""

    names: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    computed: int = 0


def exports(tree: ast.Module) -> Exports | None:
    """`__all__` through `=`, `+=`, `extend`, `append` and `remove`, under `if` and `try` too; None without one."""
    found: list[ast.expr] | None = None
    removed: set[str] = set()
    for statement in _statements(tree.body):
        match statement:
            case ast.Assign(targets=targets, value=value) if any(dotted(one) == _NAME for one in targets):
                found = [value]
            case ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value):
                found = [value]
            case ast.AugAssign(target=ast.Name(id="__all__"), value=value):
                found = [*(found or []), value]
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="__all__"), attr=method), args=[value])):
                if method in ("extend", "append"):
                    found = [*(found or []), value]
                elif method == "remove":
                    removed.update(part for part in _parts(value) if isinstance(part, str))
    if found is None:
        return None
    parts = [part for value in found for part in _parts(value)]
    names = [part for part in parts if isinstance(part, str) and part not in removed]
    modules = [name for part in parts if isinstance(part, ast.expr) and (name := _module(part))]
    computed = [part.lineno for part in parts if isinstance(part, ast.expr) and not _module(part)]
    return Exports(tuple(dict.fromkeys(names)), tuple(dict.fromkeys(modules)), computed[0] if computed else 0)


def exported_names(tree: ast.Module) -> tuple[str, ...] | None:
    """The literal names alone; None where the file has no `__all__`."""
    found = exports(tree)
    return None if found is None else found.names


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        match statement:
            case ast.If(body=inner, orelse=other) | ast.Try(body=inner, orelse=other):
                yield from _statements([*inner, *other])


def _parts(node: ast.expr) -> Iterator[str | ast.expr]:
    """Literal names, and what else `node` is made of; `__all__` itself is known already."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            for element in elements:
                yield from _parts(element)
        case ast.Starred(value=value):
            yield from _parts(value)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from _parts(left)
            yield from _parts(right)
        case ast.Call(func=ast.Name(id=function), args=[value]) if function in _PASSED_THROUGH:
            yield from _parts(value)
        case ast.Attribute(attr="__name__", value=ast.Name(id=name)):
            yield name
        case ast.Name(id="__all__"):
            return
        case _:
            yield node


def _module(node: ast.expr) -> str:
    """The module of `module.__all__`."""
    module, _, last = (dotted(node) or "").rpartition(".")
    return module if last == _NAME else ""
