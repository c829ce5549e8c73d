"""The code of a notebook as one Python source, and edits of it as edits of the notebook's file."""

import bisect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from refactor_tools.changes.text import apply_edits
from refactor_tools.model.changes import Edit
from refactor_tools.scan.json_places import Placed, PlacedString, offsets, placed_json
from refactor_tools.scan.notebooks import language, python_lines

_LINE = re.compile(r"(.*?)(?:\r\n|\r|\n)|(.+)", re.DOTALL)


@dataclass(frozen=True)
class Notebook:
    """A notebook's text and the Python in it.

    `places` has for each line of `code` where its characters, and then its end, stand in `text`; `between` what
    separates two lines of its cell, "" where the cell is one string. `broken` are lines of the file on which cells
    begin that cannot be parsed; their code is left out. `prose` are the places of what Markdown cells hold.
    """

    text: str
    code: str
    places: tuple[tuple[int, ...], ...]
    between: tuple[str, ...]
    broken: tuple[int, ...] = ()
    prose: tuple[tuple[int, int], ...] = ()

    def edited(self, edits: Sequence[Edit], prose: Sequence[Edit] = ()) -> str:
        """The notebook after edits of `code`, and of `text` in its cells of prose; all other bytes stay."""
        return apply_edits(self.text, [*(self._translated(edit) for edit in edits), *prose])

    def line(self, line: int) -> int:
        """The line of the file that holds a line of `code`."""
        return self.text.count("\n", 0, self.places[line - 1][0]) + 1

    def _translated(self, edit: Edit) -> Edit:
        line, column = self._spot(edit.start)
        last, end = self._spot(edit.end)
        pieces = [json.dumps(piece, ensure_ascii=self.text.isascii())[1:-1] for piece in edit.new.split("\n")]
        between = self.between[line]
        glue = f'\\n"{between}"' if between else "\\n"
        return Edit(self.places[line][column], self.places[last][end], glue.join(pieces))

    def _spot(self, offset: int) -> tuple[int, int]:
        line = bisect.bisect_right(self._starts, offset) - 1
        return line, offset - self._starts[line]

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        starts = [0]
        for line in self.code.split("\n")[:-1]:
            starts.append(starts[-1] + len(line) + 1)
        return tuple(starts)


def read_notebook(text: str) -> Notebook | None:
    """The notebook's Python; None for a notebook in another language, or what is no notebook."""
    try:
        document = placed_json(text)
        if language(json.loads(text)) != "python":
            return None
    except (ValueError, RecursionError):
        return None
    code: list[str] = []
    places: list[tuple[int, ...]] = []
    between: list[str] = []
    broken: list[int] = []
    for strings in _cells(document, "code"):
        lines = list(_lines(text, strings))
        own = [line for line, _ in lines]
        python = python_lines(own)
        if python is None:
            broken.append(text.count("\n", 0, strings[0].start) + 1 if strings else 0)
            continue
        code += python
        # A line that a magic was taken from is another's text: edits in it would go astray, and no import stands there.
        places += [place for _, place in lines]
        between += [_between(text, strings)] * len(lines)
    prose = tuple((string.start, string.end) for strings in _cells(document, "markdown") for string in strings)
    return Notebook(text, "\n".join([*code, ""]), (*places, (len(text),)), (*between, ""), tuple(broken), prose)


def _lines(text: str, strings: Sequence[PlacedString]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The cell's lines without their ends; strings of a list that end within a line go on in the next."""
    value = "".join(string.value for string in strings)
    places: list[int] = []
    for string in strings:
        places += offsets(text, string)[:-1]
    last = strings[-1].end if strings else 0
    for match in _LINE.finditer(value):
        end = match.end(match.lastindex or 0)
        # The end of a line stands where its line break is written, that of the last one at the closing quote.
        yield value[match.start() : end], (*places[match.start() : end], places[end] if end < len(places) else last)


def _between(text: str, strings: Sequence[PlacedString]) -> str:
    """The comma and blanks between two lines of the cell's list."""
    if not strings:
        return ""
    before = text[: strings[0].start - 1]
    opening = before.rstrip()
    return f",{before[len(opening) :]}" if opening.endswith("[") else ""


def _cells(document: Placed, kind: str) -> Iterator[Sequence[PlacedString]]:
    """The source of every cell of a kind; nbformat 3 keeps cells in worksheets."""
    if not isinstance(document, Mapping):
        return
    sheets = document.get("worksheets")
    for owner in sheets if isinstance(sheets, list) else [document]:
        cells = owner.get("cells") if isinstance(owner, Mapping) else None
        for cell in cells if isinstance(cells, list) else ():
            if isinstance(cell, Mapping) and _is(cell.get("cell_type"), kind):
                source = cell.get("source", cell.get("input"))
                pieces = source if isinstance(source, list) else [source]
                yield [piece for piece in pieces if isinstance(piece, PlacedString)]


def _is(found: Placed, text: str) -> bool:
    return isinstance(found, PlacedString) and found.value == text
