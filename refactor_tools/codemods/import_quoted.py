"""Types written in strings and comments, as expressions that stand where their text stands in the file."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator

from refactor_tools.codemods.text import Text
from refactor_tools.scan.type_comments import placed_type_comments

_LITERAL = re.compile(r"""[uUrR]?('''|\"\"\"|'|")(.*)\1""")
_READS_TYPES = {"cast": 0, "NewType": 1, "TypeVar": None}


def quoted_types(nodes: Collection[ast.AST], text: str) -> dict[ast.AST, list[ast.expr]]:
    """Expressions by the node that they belong to: a string in an annotation, or the statement beside a type comment.
    `nodes` are all of the file's tree.

    Left out are strings that hold line breaks or escapes, whose places cannot be told, and those in `Literal[...]`.
    """
    source = Text(text)
    found: dict[ast.AST, list[ast.expr]] = {}
    for string in annotation_strings(nodes):
        expression = _in_string(source, string)
        if expression is not None:
            found.setdefault(string, []).append(expression)
    for statement, expression in _comments(nodes, source):
        found.setdefault(statement, []).append(expression)
    return found


def annotation_strings(nodes: Iterable[ast.AST]) -> Iterator[ast.Constant]:
    """The strings among them that stand for types."""
    for node in nodes:
        for part in _types(node):
            yield from _strings(part)


def _strings(annotation: ast.expr) -> Iterator[ast.Constant]:
    match annotation:
        case ast.Constant(value=str()):
            yield annotation
        case ast.Subscript(value=value, slice=inner):
            name = ast.unparse(value).rpartition(".")[2]
            first = inner.elts[:1] if isinstance(inner, ast.Tuple) else [inner]
            parts = () if name == "Literal" else first if name == "Annotated" else [inner]
            for part in parts:
                yield from _strings(part)
        case _:
            for child in ast.iter_child_nodes(annotation):
                if isinstance(child, ast.expr):
                    yield from _strings(child)


def _types(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.arg(annotation=ast.expr() as annotation) | ast.AnnAssign(annotation=annotation):
            yield annotation
        case ast.FunctionDef(returns=ast.expr() as returns) | ast.AsyncFunctionDef(returns=ast.expr() as returns):
            yield returns
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _READS_TYPES:
            place = _READS_TYPES[name]
            yield from node.args[1:] if place is None else node.args[place : place + 1]
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "bound")


def _in_string(source: Text, node: ast.Constant) -> ast.expr | None:
    literal = _LITERAL.fullmatch(source.of(node))
    if literal is None or literal[2] != node.value:
        return None
    return _placed(literal[2], node.lineno, node.col_offset + len(source.of(node)[: literal.start(2)]))


def _comments(nodes: Collection[ast.AST], source: Text) -> Iterator[tuple[ast.stmt, ast.expr]]:
    comments = list(placed_type_comments(source.value))
    statements = [node for node in nodes if isinstance(node, ast.stmt)] if comments else []
    for written, line, column in comments:
        # The innermost statement that begins last before the comment; of a signature it is the function.
        before = [node for node in statements if node.lineno <= line]
        expression = _placed(written, line, len(source.lines(line, line)[:column].encode()))
        if before and expression is not None:
            yield max(before, key=lambda node: (node.lineno, node.col_offset)), expression


def _placed(written: str, line: int, column: int) -> ast.expr | None:
    """The expression, its nodes moved to `line` and, from the byte `column` on, along it."""
    try:
        expression = ast.parse(f"({written}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(expression):
        if isinstance(node, ast.expr):
            assert node.end_col_offset is not None
            if node.lineno != 1 or node.end_lineno not in (1, 2):
                return None
            node.lineno = node.end_lineno = line
            node.col_offset += column - 1
            node.end_col_offset += column - 1
    return expression
