"""Types in comments (PEP 484): `x = []  # type: list[A]`, `# type: (A, B) -> C`."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

_COMMENT = re.compile(r"#\s*type:\s*(?!ignore\b)(.+?)\s*(?:#.*)?$")


def type_comments(text: str) -> Iterator[tuple[str, int]]:
    """The expressions in the type comments of a file, each with its line; a signature gives one for each part."""
    if not _may_have(text):
        return
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return
    for token in tokens:
        found = _COMMENT.match(token.string) if token.type == tokenize.COMMENT else None
        if found:
            for part in _parts(found.group(1)):
                yield part, token.start[0]


def _may_have(text: str) -> bool:
    place = text.find("type:")
    while place >= 0:
        before = text[max(place - 8, 0) : place].rstrip(" \t")
        if before.endswith("#") and not text[place + 5 : place + 30].lstrip().startswith("ignore"):
            return True
        place = text.find("type:", place + 1)
    return False


def _parts(written: str) -> Iterator[str]:
    if "->" not in written:
        yield written
        return
    try:
        signature = ast.parse(written, mode="func_type")
    except (SyntaxError, ValueError):
        return
    for node in (*signature.argtypes, signature.returns):
        if not (isinstance(node, ast.Constant) and node.value is ...):
            yield ast.unparse(node)
