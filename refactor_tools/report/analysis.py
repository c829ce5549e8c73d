"""An analysis for a terminal, 80 columns wide."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from refactor_tools.model.analysis import Analysis
from refactor_tools.model.graphs import Tier
from refactor_tools.report.families import (
    family_rows,
    implicit_lines,
    kept_apart_rows,
    likeness_style,
    pattern_lines,
    worth_extracting,
)
from refactor_tools.report.graphs import cycle_lines, hidden_lines, unresolved_lines
from refactor_tools.report.words import count

# What a screen takes of one section; --verbose shows the rest.
MOST_ROWS = 12
_TIERS: tuple[Tier, ...] = ("atomic", "composite", "application")

Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A place and what there is to say of it, in one line where that fits, else the message below the place."""

    place: str
    message: str
    style: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if "\n" not in self.message and len(self.place) + 2 + len(self.message) <= options.max_width:
            yield Text.assemble((self.place, self.style), "  ", self.message)
        else:
            yield Text(self.place, style=self.style, overflow="fold")
            yield Padding(Text(self.message, overflow="fold"), (0, 0, 0, 4))


def render(analysis: Analysis, *, verbose: bool = False) -> RenderableType:
    """The report: a summary line, then a section for everything that was found. `verbose` shows every entry."""
    most = None if verbose else MOST_ROWS
    problems = [(_place(one.path, one.line), one.message) for one in analysis.scan.problems]
    findings = [(_place(one.path, one.line), one.message) for one in analysis.findings]
    homonyms = [(one.name, "\n".join(one.members)) for one in analysis.families.homonyms]
    sections = [
        _families(analysis, verbose=verbose, most=most),
        _section("Homonyms: one name, different algorithms, never merged", homonyms, most, "cyan"),
        _section("Kept apart on purpose", kept_apart_rows(analysis.families), most, "cyan"),
        _section("Written out inside larger classes", implicit_lines(analysis.families), most, "cyan"),
        _section("Layers that could become components", pattern_lines(analysis.families), most, "cyan"),
        _section("Import cycles", cycle_lines(analysis.imports), most, "red"),
        _section("Hidden dependencies", hidden_lines(analysis.imports), most, "yellow"),
        _section("Imports that lead nowhere", unresolved_lines(analysis.imports), most, "yellow"),
        _section("Kept as found, worth a look", findings, most, "yellow"),
        _section(f"{count(len(problems), 'problem')} with what was read", problems, most, "red"),
        _next(analysis),
    ]
    parts: list[RenderableType] = [_summary(analysis)]
    for section in sections:
        if section is not None:
            parts.extend((Text(), section))
    return Padding(Group(*parts), (0, 0, 0, 2))


def _summary(analysis: Analysis) -> RenderableType:
    scan = analysis.scan
    lines = sum(facts.lines for facts in scan.files)
    tiers = Counter(analysis.composition.tiers.values())
    modules = count(sum(tiers.values()), "module")
    shares = ", ".join(f"{tiers[tier]:,} {tier}" for tier in _TIERS if tiers[tier])
    text = f"{count(len(scan.files), 'file')}, {count(lines, 'line')}, {modules}{': ' if shares else ''}{shares}"
    grid = Table.grid(expand=True)
    grid.add_column(overflow="fold")
    grid.add_column(justify="right", no_wrap=True)
    grid.add_row(Text(text, style="bold"), Text(f"{analysis.seconds:.1f} s", style="dim"))
    return grid


def _families(analysis: Analysis, *, verbose: bool, most: int | None) -> RenderableType:
    families = analysis.families.families
    if not analysis.scan.files:
        return Text("No Python file was read.", style="yellow")
    if not families:
        return Text("No copies found.", style="green")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("Families", overflow="fold")
    table.add_column("likeness", no_wrap=True)
    table.add_column("copies", justify="right", no_wrap=True)
    table.add_column("differs in", overflow="fold")
    table.add_column("could become", overflow="fold")
    for family, row in zip(families[:most], family_rows(families[:most]), strict=True):
        table.add_row(Text(row[0], style="bold"), Text(row[1], style=likeness_style(family)), *row[2:])
        for member in family.members if verbose else ():
            table.add_row(Text(f"  {member}", style="dim"))
    return Group(table, *_more(len(families), most))


def _section(title: str, lines: Sequence[Line], most: int | None, style: str) -> RenderableType | None:
    if not lines:
        return None
    entries = (_Entry(place, message, style) for place, message in lines[:most])
    return Group(Text(title, style="bold"), *entries, *_more(len(lines), most))


def _more(total: int, most: int | None) -> Iterable[RenderableType]:
    if most is not None and total > most:
        yield Text(f"... and {total - most:,} more (--verbose shows all)", style="dim")


def _next(analysis: Analysis) -> RenderableType | None:
    names = worth_extracting(analysis.families)
    if not names:
        return None
    return Text.assemble(("Next: ", "dim"), (f"extract-component {' '.join(names)}", "bold green"))


def _place(path: str, line: int) -> str:
    return f"{path}:{line}" if line else path
