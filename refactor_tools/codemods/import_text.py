"""Where import statements go, and what stands around them."""

import ast
import re
from collections.abc import Iterable

from refactor_tools.codemods.text import Text
from refactor_tools.model.changes import Edit

_NOQA = re.compile(r"[ \t]*(#[ \t]*noqa\b[^\r\n]*)", re.IGNORECASE)


def insertion_before(text: Text, statement: ast.stmt, imports: Iterable[str]) -> Edit:
    """New statements right before `statement`: on lines of their own, or with `;` where it shares its line."""
    start, end = text.start(statement), text.end(statement)
    indent = text.indent(start)
    if indent is None:
        return Edit(start, start, "".join(f"{line.partition('  #')[0]}; " for line in imports))
    pragma = _NOQA.match(text.value, end)
    newline = text.newline(start)
    lines = (line if pragma is None or "#" in line else f"{line}  {pragma[1].rstrip()}" for line in imports)
    return Edit(start, start, "".join(f"{line}{newline}{indent}" for line in lines))


def insertion_after(text: Text, statement: ast.stmt, imports: Iterable[str]) -> Edit:
    """New statements right after `statement`, in its block."""
    start, end = text.start(statement), text.end(statement)
    indent, line_end = text.indent(start), text.line_end(end)
    rest = text.value[end:line_end].strip()
    if indent is None or (rest and not rest.startswith("#")):
        return Edit(end, end, "".join(f"; {line}" for line in imports))
    newline = text.newline(end)
    return Edit(line_end, line_end, "".join(f"{newline}{indent}{line}" for line in imports))


def import_line(module: str, name: str, bound: str) -> str:
    """The statement that binds `module.name` to `bound`."""
    return f"from {module} import {name}" + ("" if name == bound else f" as {bound}")
