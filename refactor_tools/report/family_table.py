"""Families as a table in which long names stand on lines of their own, so that none is torn apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from refactor_tools.model.families import Family
from refactor_tools.report.families import family_rows, likeness_style
from refactor_tools.report.places import shown_place

_LONGEST_NAME = 26
_HEADER = ("Families", "likeness", "copies", "what they could become")


def family_table(families: Sequence[Family], *, verbose: bool) -> Iterable[RenderableType]:
    """A header and one entry a family; `verbose` names the members below each."""
    rows = family_rows(families)
    short = [len(row[0]) for row in rows if len(row[0]) <= _LONGEST_NAME]
    width = max([len(_HEADER[0]), *short])
    yield _line([Text(cell, style="bold") for cell in _HEADER], width)
    for family, (name, likeness, copies, outcome) in zip(families, rows, strict=True):
        cells = [Text(likeness, style=likeness_style(family)), Text(copies), Text(outcome)]
        if len(name) > width:
            yield Text(name, style="bold", overflow="fold")
            name = ""
        yield _line([Text(name, style="bold"), *cells], width)
        yield from (_Member(member) for member in (family.members if verbose else ()))


@dataclass(frozen=True, slots=True)
class _Member:
    identity: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield shown_place(self.identity, options.max_width, "dim", indent=2)


def _line(cells: Sequence[Text], width: int) -> Table:
    line = Table.grid(padding=(0, 2, 0, 0))
    line.add_column(width=width, no_wrap=True)
    line.add_column(width=9, no_wrap=True)
    line.add_column(width=6, no_wrap=True, justify="right")
    line.add_column(overflow="fold")
    line.add_row(*cells)
    return line
