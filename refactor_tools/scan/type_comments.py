"""Types in comments (PEP 484): `x = []  # type: list[A]`, `# type: (A, B) -> C`."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

_COMMENT = re.compile(r"#\s*type:(?!\s*ignore\b)\s*(.+?)\s*(?:#.*)?$")


def type_comments(text: str) -> Iterator[tuple[str, int]]:
    """The expressions in the type comments of a file, each with its line; a signature gives one for each part."""
    for written, line, _ in _comments(text):
        for part, _ in _parts(written):
            yield part, line


def placed_type_comments(text: str) -> Iterator[tuple[str, int, int]]:
    """The same as they are written, each with its line and the column (in characters) where it begins."""
    for written, line, column in _comments(text):
        for part, offset in _parts(written):
            yield (part if offset is None else written[offset[0] : offset[1]]), line, column + (offset or (0, 0))[0]


def _comments(text: str) -> Iterator[tuple[str, int, int]]:
    if not _may_have(text):
        return
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return
    for token in tokens:
        found = _COMMENT.match(token.string) if token.type == tokenize.COMMENT else None
        if found:
            yield found.group(1), token.start[0], token.start[1] + found.start(1)


def _may_have(text: str) -> bool:
    place = text.find("type:")
    while place >= 0:
        before = text[max(place - 8, 0) : place].rstrip(" \t")
        if before.endswith("#") and not text[place + 5 : place + 30].lstrip().startswith("ignore"):
            return True
        place = text.find("type:", place + 1)
    return False


def _parts(written: str) -> Iterator[tuple[str, tuple[int, int] | None]]:
    """Each expression with its span in `written`; None where it is all of it."""
    if "->" not in written:
        yield written, None
        return
    try:
        signature = ast.parse(written, mode="func_type")
    except (SyntaxError, ValueError):
        return
    for node in (*signature.argtypes, signature.returns):
        if not (isinstance(node, ast.Constant) and node.value is ...):
            yield ast.unparse(node), _span(node, written)


def _span(node: ast.expr, written: str) -> tuple[int, int]:
    """Where the node stands, in characters; the syntax tree counts bytes."""
    assert node.end_col_offset is not None
    data = written.encode()
    return len(data[: node.col_offset].decode()), len(data[: node.end_col_offset].decode())
