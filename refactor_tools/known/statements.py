"""Definitions as lists of statements that can be compared between two states of a tree.

Two statements are the same where they compute the same with the same names: line breaks, comments, docstrings and
annotations do not count; decorators, base classes, signatures and defaults do.
"""

import ast
import hashlib
import warnings
from collections.abc import Collection, Iterator, Sequence
from copy import copy

from refactor_tools.model.known import SHAPE, Statement

Function = ast.FunctionDef | ast.AsyncFunctionDef
Node = ast.stmt | ast.excepthandler | ast.match_case

_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
_SKIPPED = frozenset({*_BLOCKS, "ctx", "annotation", "returns", "type_comment", "type_params", "kind"})
_DIGITS = 12
# Marks the tokens that may be called otherwise in another copy.
_NAME = "\1"


def read_statements(text: str, ids: Collection[str], *, with_text: bool) -> dict[str, tuple[Statement, ...]]:
    """The statements of the definitions `ids` in a file with the content `text`; those that it lacks are left out.

    `with_text` adds what a person reads, at a cost. A file that does not parse has none.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    nodes = _nodes(tree)
    siblings = frozenset(name.partition("@")[0] for name in nodes if "." not in name)
    names = {identity: identity.rpartition("::")[2] for identity in ids}
    return {
        identity: tuple(_statements(nodes[name], siblings, with_text=with_text))
        for identity, name in names.items()
        if name in nodes
    }


def _nodes(tree: ast.Module) -> dict[str, ast.ClassDef | Function]:
    """Classes, functions and methods as ids name them: a later one of the same name with its line."""
    found: dict[str, ast.ClassDef | Function] = {}
    stack: list[tuple[str, ast.AST]] = [("", child) for child in reversed(tree.body)]
    while stack:
        prefix, node = stack.pop()
        inner = prefix
        if isinstance(node, ast.ClassDef | Function):
            name = f"{prefix}{node.name}"
            found.setdefault(name, node)
            found[f"{name}@{node.lineno}"] = node
            if found[name] is not node:
                name = f"{name}@{node.lineno}"
            if not isinstance(node, ast.ClassDef):
                continue
            inner = f"{name}."
        children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt | ast.excepthandler)]
        stack.extend((inner, child) for child in reversed(children))
    return found


def _statements(node: ast.ClassDef | Function, siblings: frozenset[str], *, with_text: bool) -> Iterator[Statement]:
    renamable = siblings | frozenset(_locals(node))
    for place, item in _flattened(node):
        # What the definition itself is called is no part of its content.
        tokens = [place, *_tokens(item, renamable, named=item is not node)]
        yield Statement(_mark(tokens), _line(item), _header(item) if with_text else "")


def _flattened(node: ast.ClassDef | Function) -> Iterator[tuple[str, Node]]:
    """The definition's head and every statement in it, in reading order, with the blocks that it stands in."""
    stack: list[tuple[str, bool, Node]] = [("", False, node)]
    while stack:
        place, in_function, item = stack.pop()
        if _computes_nothing(item, in_function=in_function):
            continue
        yield place, item
        in_function = in_function or isinstance(item, Function)
        for number, block in reversed(list(enumerate(_BLOCKS))):
            inner = getattr(item, block, None)
            if isinstance(inner, list):
                stack.extend((f"{place}{number}", in_function, child) for child in reversed(inner))


def _computes_nothing(node: Node, *, in_function: bool) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Pass():
            return True
        case ast.AnnAssign(value=None):
            return in_function  # in a class it may be a field
    return False


def _locals(node: ast.ClassDef | Function) -> Iterator[str]:
    for item in ast.walk(node):
        if isinstance(item, ast.Name) and not isinstance(item.ctx, ast.Load):
            yield item.id
        elif isinstance(item, ast.arg):
            yield item.arg


def _tokens(node: Node, renamable: Collection[str], *, named: bool) -> Iterator[str]:
    """The statement's own code without annotations, in reading order; names that a copy may change are marked."""
    # An explicit stack: generated code nests deeper than Python recurses.
    stack: list[ast.AST | str] = [*reversed(list(_parts(node, named=named)))]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, ast.Name):
            yield (_NAME if item.id in renamable else "") + item.id
        elif isinstance(item, ast.arg):
            yield _NAME + item.arg
        elif isinstance(item, ast.Attribute) and isinstance(item.value, ast.Name) and item.value.id == "self":
            yield from ("self", _NAME + item.attr)
        elif isinstance(item, ast.Constant):
            # `repr` refuses integers of thousands of digits.
            yield hex(item.value) if type(item.value) is int else repr(item.value)
        else:
            stack.extend(reversed(list(_parts(item, named=True))))


def _parts(node: ast.AST, *, named: bool) -> Iterator[ast.AST | str]:
    if isinstance(node, ast.AnnAssign):
        yield from ("Assign", "1", node.target, *([node.value] if node.value else []))
        return
    yield type(node).__name__
    for name in node._fields:
        value = getattr(node, name, None)
        if name in _SKIPPED and not (name == "body" and isinstance(value, ast.AST)):
            continue
        if name == "name" and not named:
            continue
        if isinstance(value, list):
            yield str(len(value))
            yield from (item if isinstance(item, ast.AST) else str(item) for item in value)
        elif isinstance(value, ast.AST):
            yield value
        elif value is not None:
            yield str(value)


def _mark(tokens: Sequence[str]) -> str:
    numbers: dict[str, str] = {}
    shape = [numbers.setdefault(token, f"{_NAME}{len(numbers)}") if token[:1] == _NAME else token for token in tokens]
    content = [token.removeprefix(_NAME) for token in tokens]
    return _digest(shape)[:SHAPE] + _digest(content)[: _DIGITS - SHAPE]


def _digest(tokens: Sequence[str]) -> str:
    return hashlib.blake2b("\0".join(tokens).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _line(node: Node) -> int:
    first = node.pattern if isinstance(node, ast.match_case) else node
    decorators = node.decorator_list if isinstance(node, ast.ClassDef | Function) else []
    return min(one.lineno for one in (first, *decorators))


def _header(node: Node) -> str:
    """The statement's own text in one line."""
    bare = copy(node)
    for block in _BLOCKS:
        if isinstance(getattr(bare, block, None), list):
            setattr(bare, block, [])
    try:
        return " ".join(ast.unparse(bare).split())
    except (RecursionError, ValueError):
        return f"({type(node).__name__}, too deeply nested to be shown)"
