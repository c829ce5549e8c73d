"""A text and the places in it, as Python's syntax trees count them."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Text:
    """A file's text with the offsets of its lines, as Python counts them."""

    value: str

    @cached_property
    def starts(self) -> tuple[int, ...]:
        return (0, *(match.end() for match in _LINE_END.finditer(self.value)))

    def lines(self, first: int, last: int) -> str:
        """Lines `first` to `last`, 1-based and both included, with their ends."""
        end = self.starts[last] if last < len(self.starts) else len(self.value)
        return self.value[self.starts[first - 1] : end]

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
