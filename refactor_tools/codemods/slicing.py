"""The part of a file that one definition needs: itself, what it uses of its file, and the imports of those."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from refactor_tools.codemods.text import Text
from refactor_tools.errors import RefactorError


@dataclass(frozen=True, slots=True)
class Slice:
    """`text` stands on its own; `names` are what it took from its file besides the definition, in the file's order."""

    text: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    binds: frozenset[str]
    reads: frozenset[str]
    is_import: bool


def slice_definition(text: str, path: str, name: str, line: int = 0) -> Slice:
    """The slice of `name` (the definition at `line`, where several share the name).

    A statement belongs to it when it binds a name that something in it reads. Imports are kept whole statements, so
    that the slice loads wherever these imports do.

    Raises:
        RefactorError: the file does not parse or has no such definition at its top level.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise RefactorError(f"does not parse: {error.msg}", f"{path}:{error.lineno}") from error
    pieces = [_piece(node) for node in _top_level(tree.body)]
    wanted = _wanted(pieces, tree, name, line)
    if wanted is None:
        raise RefactorError(f"has no class or function {name} at its top level", path)
    chosen = _closure(pieces, wanted)
    taken = [pieces[index] for index in sorted(chosen)]
    return Slice(
        _joined(Text(text), taken),
        tuple(
            bound
            for index in sorted(chosen - {wanted})
            for bound in sorted(pieces[index].binds)
            if not pieces[index].is_import
        ),
    )


@dataclass(frozen=True, slots=True)
class Helpers:
    """Functions and constants of a file with what they need of it in turn; `reads` are all names in them."""

    text: str
    reads: frozenset[str]


def helpers(text: str, path: str, names: Iterable[str], stop: frozenset[str]) -> Helpers:
    """The source of `names`, in the file's order, without the imports and without what `stop` names.

    Raises:
        RefactorError: the file does not parse.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise RefactorError(f"does not parse: {error.msg}", f"{path}:{error.lineno}") from error
    pieces = [_piece(node) for node in _top_level(tree.body)]
    chosen: set[int] = set()
    for name in names:
        for index, piece in enumerate(pieces):
            if name in piece.binds:
                chosen |= _closure(pieces, index)
    kept = [piece for index, piece in enumerate(pieces) if index in chosen and not piece.is_import]
    kept = [piece for piece in kept if not piece.binds & stop]
    reads = frozenset(name for piece in kept for name in piece.reads)
    return Helpers(_joined(Text(text), kept), reads)


def _top_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        if not (isinstance(node, ast.If) and _is_main_guard(node)):
            yield node


def _is_main_guard(node: ast.If) -> bool:
    return any(isinstance(item, ast.Name) and item.id == "__name__" for item in ast.walk(node.test))


def _piece(node: ast.stmt) -> _Piece:
    decorators = getattr(node, "decorator_list", [])
    start = min([node.lineno, *(item.lineno for item in decorators)])
    imports = isinstance(node, (ast.Import, ast.ImportFrom))
    return _Piece(start, node.end_lineno or node.lineno, frozenset(_binds(node)), frozenset(_reads(node)), imports)


def _binds(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, (ast.If, ast.Try, ast.With)):
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.stmt):
                yield from _binds(inner)
            elif isinstance(inner, ast.ExceptHandler):
                for statement in inner.body:
                    yield from _binds(statement)
    else:
        for item in ast.walk(node):
            if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store):
                yield item.id


def _reads(node: ast.stmt) -> Iterator[str]:
    for item in ast.walk(node):
        if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load):
            yield item.id
        elif isinstance(item, ast.Constant) and isinstance(item.value, str) and item.value.isidentifier():
            yield item.value


def _wanted(pieces: list[_Piece], tree: ast.Module, name: str, line: int) -> int | None:
    nodes = list(_top_level(tree.body))
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.If, ast.Try)
    for index, node in enumerate(nodes):
        if name in pieces[index].binds and isinstance(node, kinds) and line in (0, node.lineno):
            return index
    return None


def _closure(pieces: list[_Piece], wanted: int) -> set[int]:
    chosen: set[int] = set()
    waiting = [wanted]
    while waiting:
        index = waiting.pop()
        if index in chosen:
            continue
        chosen.add(index)
        for name in pieces[index].reads - (pieces[index].binds if index == wanted else frozenset()):
            waiting += [other for other, piece in enumerate(pieces) if name in piece.binds and other not in chosen]
    return chosen | {index for index, piece in enumerate(pieces) if "annotations" in piece.binds and piece.is_import}


def _joined(text: Text, pieces: list[_Piece]) -> str:
    parts: list[str] = []
    for position, piece in enumerate(pieces):
        body = text.lines(piece.start, piece.end).rstrip() + "\n"
        if position:
            together = piece.is_import and pieces[position - 1].is_import
            parts.append("" if together else "\n\n")
        parts.append(body)
    return "".join(parts)
