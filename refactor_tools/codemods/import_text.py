"""Span edits: places in a text, and what stands around a statement."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from refactor_tools.model.changes import Edit

_LINE_END = re.compile(r"\r\n|\r|\n")
_NOQA = re.compile(r"[ \t]*(#[ \t]*noqa\b[^\r\n]*)", re.IGNORECASE)


@dataclass(frozen=True)
class Text:
    """A file's text with the offsets of its lines, as Python counts them."""

    value: str

    @cached_property
    def starts(self) -> tuple[int, ...]:
        return (0, *(match.end() for match in _LINE_END.finditer(self.value)))

    def offset(self, line: int, column: int) -> int:
        """The character at a 1-based line and a column in UTF-8 bytes."""
        start = self.starts[line - 1]
        end = self.starts[line] if line < len(self.starts) else len(self.value)
        content = self.value[start:end]
        if content.isascii():
            return start + column
        return start + len(content.encode()[:column].decode())

    def start(self, node: ast.expr | ast.stmt | ast.alias) -> int:
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.alias) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.offset(node.end_lineno, node.end_col_offset)

    def of(self, node: ast.expr | ast.stmt | ast.alias) -> str:
        return self.value[self.start(node) : self.end(node)]

    def line_start(self, offset: int) -> int:
        return max(self.value.rfind("\n", 0, offset), self.value.rfind("\r", 0, offset)) + 1

    def line_end(self, offset: int) -> int:
        """Where the line's content ends, before its line end."""
        match = _LINE_END.search(self.value, offset)
        return match.start() if match else len(self.value)

    def next_line(self, offset: int) -> int:
        match = _LINE_END.search(self.value, offset)
        return match.end() if match else len(self.value)

    def newline(self, offset: int) -> str:
        """The line end of the line at `offset`; of the file's first line where it has none."""
        match = _LINE_END.search(self.value, offset) or _LINE_END.search(self.value)
        return match[0] if match else "\n"

    def indent(self, offset: int) -> str | None:
        """What stands before `offset` on its line, None where that is not blank."""
        before = self.value[self.line_start(offset) : offset]
        return None if before.strip() else before


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


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with all edits; spans must not overlap, and those of one place keep their order."""
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < done:
            raise AssertionError(f"overlapping edits at {edit.start}")
        parts += (text[done : edit.start], edit.new)
        done = edit.end
    return "".join((*parts, text[done:]))


def import_line(module: str, name: str, bound: str) -> str:
    """The statement that binds `module.name` to `bound`."""
    return f"from {module} import {name}" + ("" if name == bound else f" as {bound}")
