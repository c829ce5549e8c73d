"""One class or top-level function as a fact."""

import ast
from collections.abc import Sequence

from refactor_tools.model.facts import Definition
from refactor_tools.scan.members import ClassReading
from refactor_tools.scan.scopes import Load, distinct
from refactor_tools.scan.syntax import (
    FORWARD,
    DefinitionNode,
    constructor,
    dotted,
    is_static,
    method,
    signature,
)


def definition(
    node: DefinitionNode, identity: str, free: Sequence[Load], reading: ClassReading | None = None
) -> Definition:
    """`node` as a fact: `identity` is its id, `free` what it reads of the names around it, `reading` a class's own."""
    is_class = isinstance(node, ast.ClassDef)
    forward = method(node, *FORWARD) if isinstance(node, ast.ClassDef) else None
    return Definition(
        id=identity,
        kind="class" if is_class else "function",
        name=node.name,
        path=identity.partition("::")[0],
        line=min([node.lineno, *(item.lineno for item in node.decorator_list)]),
        end_line=node.end_lineno or node.lineno,
        bases=_bases(node) if isinstance(node, ast.ClassDef) else (),
        parameters=constructor(node) if isinstance(node, ast.ClassDef) else signature(node, bound=False),
        forward=signature(forward, bound=not is_static(forward)) if forward else None,
        decorators=tuple(map(_name_or_text, node.decorator_list)),
        built=distinct(free),
        calls=reading.member_calls() if reading else (),
        idle=reading.idle() if reading else (),
        reads=tuple(sorted(reading.reads)) if reading else (),
        reflects=reading.asks if reading else False,
    )


def is_overload(node: DefinitionNode) -> bool:
    """Whether the node only declares a signature (`typing.overload`)."""
    return any((dotted(item) or "").rpartition(".")[2] == "overload" for item in node.decorator_list)


def _bases(node: ast.ClassDef) -> tuple[str, ...]:
    return tuple(_name_or_text(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases)


def _name_or_text(node: ast.expr) -> str:
    return dotted(node.func if isinstance(node, ast.Call) else node) or ast.unparse(node)
