"""Where in a Python file names may be written in text: strings and comments."""

import ast
import io
import tokenize
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from refactor_tools.codemods.import_quoted import annotation_strings
from refactor_tools.codemods.text import Text

IN_COMMENT = "in a comment"
IN_DOCSTRING = "in a docstring"
IN_F_STRING = "inside an f-string"
IN_ANNOTATION = "an annotation, which can only name what the file imports"

_PATCHES = frozenset(("patch", "patch.dict", "patch.multiple", "monkeypatch.setattr", "monkeypatch.delattr"))
_IMPORTS = frozenset(("import_module", "__import__", "run_module", "importorskip", "find_spec"))


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a text; `reason` says why names in it are only reported, "" where they may be rewritten.

    `patches`: the string says which attribute a test replaces. `imports`: the string can only name a module.
    """

    start: int
    end: int
    reason: str = ""
    patches: bool = False
    imports: bool = False


def python_regions(text: str, nodes: Collection[ast.AST]) -> Iterator[Region]:
    """The strings and comments of a file with these nodes, in order; a string of several parts gives one for each."""
    source = Text(text)
    roles = [(source.start(node), source.end(node), role) for node, role in _roles(nodes)]
    middle = getattr(tokenize, "FSTRING_MIDDLE", None)
    for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
        if token.type not in (tokenize.COMMENT, tokenize.STRING, middle):
            continue
        start = source.starts[token.start[0] - 1] + token.start[1]
        end = source.starts[token.end[0] - 1] + token.end[1]
        if token.type == tokenize.COMMENT:
            yield Region(start, end, IN_COMMENT)
        elif token.type == middle or _formatted(token.string):
            yield Region(start, end, IN_F_STRING)
        else:
            found = {role for first, last, role in roles if first <= start and end <= last}
            reason = next((role for role in (IN_DOCSTRING, IN_ANNOTATION) if role in found), "")
            yield Region(start, end, reason, "patches" in found, "imports" in found)


def _roles(nodes: Collection[ast.AST]) -> Iterator[tuple[ast.expr, str]]:
    for node in nodes:
        match node:
            case ast.Expr(value=ast.Constant(value=str()) as string):
                yield string, IN_DOCSTRING
            case ast.Call(func=func, args=[ast.Constant(value=str()) as string, *_]):
                name = ast.unparse(func)
                last = name.rpartition(".")[2]
                if last in _IMPORTS:
                    yield string, "imports"
                if any(name == patch or name.endswith(f".{patch}") for patch in _PATCHES):
                    yield string, "patches"
    for string in annotation_strings(nodes):
        yield string, IN_ANNOTATION


def _formatted(literal: str) -> bool:
    prefix = literal[: min(literal.find(quote) for quote in "\"'" if quote in literal)]
    return "f" in prefix.lower()
