"""One class or top-level function as a fact."""

import ast
from collections.abc import Sequence

from refactor_tools.model.facts import Built, Definition, MemberCall
from refactor_tools.scan.scopes import distinct
from refactor_tools.scan.syntax import (
    FORWARD,
    DefinitionNode,
    FunctionNode,
    constructor,
    dotted,
    is_static,
    member,
    method,
    signature,
)


def definition(node: DefinitionNode, identity: str, free: Sequence[Built]) -> Definition:
    """`node` as a fact; `identity` is its id and `free` what it reads of the names around it."""
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
        calls=_member_calls(forward) if forward else (),
    )


def is_overload(node: DefinitionNode) -> bool:
    """Whether the node only declares a signature (`typing.overload`)."""
    return any((dotted(item) or "").rpartition(".")[2] == "overload" for item in node.decorator_list)


def _bases(node: ast.ClassDef) -> tuple[str, ...]:
    return tuple(_name_or_text(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases)


def _name_or_text(node: ast.expr) -> str:
    return dotted(node.func if isinstance(node, ast.Call) else node) or ast.unparse(node)


def _member_calls(forward: FunctionNode) -> tuple[MemberCall, ...]:
    calls = (node for node in ast.walk(forward) if isinstance(node, ast.Call))
    return tuple(_member_call(call, name) for call in calls if (name := member(call.func)))


def _member_call(call: ast.Call, name: str) -> MemberCall:
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    keywords = tuple(keyword.arg for keyword in call.keywords if keyword.arg)
    is_open = starred or len(keywords) < len(call.keywords)
    return MemberCall(name, len(call.args), keywords, call.lineno, is_open)
