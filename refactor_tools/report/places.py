"""Paths and ids on a narrow terminal."""

import re

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

# After a slash and before the name of a definition: what stands between is worth reading in one piece.
_BREAK = re.compile(r"(?<=/)|(?=::)")
_INDENT = "  "


def fold_place(place: str, width: int) -> list[str]:
    """`place` in lines of at most `width`, broken between folders and before names where that is possible."""
    lines = [""]
    for piece in _BREAK.split(place):
        if len(lines[-1]) + len(piece) > width and lines[-1].strip():
            lines.append(_INDENT)
        lines[-1] += piece
    return [part for line in lines for part in _cut(line, width)]


def shown_place(place: str, width: int, style: str, indent: int = 0) -> RenderableType:
    """`place` folded into `width`, `indent` columns in."""
    lines = fold_place(visible(place), max(width - indent, 8))
    return Padding(Text("\n".join(lines), style=style, overflow="fold"), (0, 0, 0, indent))


def visible(text: str) -> str:
    r"""`text` with control characters escaped: a name may hold a line end, or what a terminal takes for a command."""
    return "".join(char if char.isprintable() or not char.isascii() else repr(char)[1:-1] for char in text)


def _cut(line: str, width: int) -> list[str]:
    return [line[start : start + width] for start in range(0, len(line), width)] or [""]
