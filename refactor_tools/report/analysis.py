"""An analysis for a terminal, 80 columns wide."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from refactor_tools.graph.members import NEVER_READ
from refactor_tools.known.compare import new_by_every
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.facts import Problem, Skipped
from refactor_tools.model.graphs import Tier
from refactor_tools.model.known import BaselineReport, News, SinceReport
from refactor_tools.report.composition import import_lines, never_read_lines, unused_lines
from refactor_tools.report.families import implicit_lines, kept_apart_rows, pattern_lines
from refactor_tools.report.family_table import family_table
from refactor_tools.report.graphs import cycle_lines, hidden_lines, notice_lines, unresolved_lines
from refactor_tools.report.news import news_sections, since_words
from refactor_tools.report.next_step import next_step
from refactor_tools.report.places import shown_place, visible
from refactor_tools.report.words import count

# What a screen takes of one section; --verbose shows the rest.
MOST_ROWS = 12
FEW_ROWS = 4
_TIERS: tuple[Tier, ...] = ("atomic", "composite", "application")

_WHY: Mapping[Skipped, str] = {
    "archive": "archived",
    "originals": "kept as originals",
    "excluded": "excluded by the settings",
    "generated": "generated",
    "ignored": "ignored by .gitignore",
    "too large": "too large",
}

Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A place and what there is to say of it, in one line where that fits, else the message below the place."""

    place: str
    message: str
    style: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        place = visible(self.place)
        if "\n" not in self.message and len(place) + 2 + len(self.message) <= options.max_width:
            yield Text.assemble((place, self.style), f"  {self.message}" if self.message else "")
            return
        yield shown_place(place, options.max_width, self.style)
        if self.message:
            yield Padding(Text(self.message, overflow="fold"), (0, 0, 0, 4))


def render(
    analysis: Analysis,
    *,
    verbose: bool = False,
    since: SinceReport | None = None,
    baseline: BaselineReport | None = None,
) -> RenderableType:
    """The report: a summary, then a section for everything that was found, then what to do next.

    With `since` or `baseline` only what is new, unless `verbose`, which shows every entry of everything.
    """
    most = None if verbose else MOST_ROWS
    news = [(since.news, since_words(since))] if since else []
    if baseline is not None and not baseline.created:
        news.append((baseline.news, "against the baseline"))
    sections = [section for one in news for section in _news(*one, most)]
    if verbose or not news:
        sections += _everything(analysis, verbose=verbose, most=most)
    sections += _not_read(analysis.scan.problems, most)
    sections.append(next_step(analysis, new_by_every([one for one, _ in news]) if news else None))
    parts: list[RenderableType] = [_summary(analysis)]
    for section in sections:
        if section is not None:
            parts.extend((Text(), section))
    return Padding(Group(*parts), (0, 0, 0, 2))


def _everything(analysis: Analysis, *, verbose: bool, most: int | None) -> list[RenderableType | None]:
    findings = [(_place(one.path, one.line), one.message) for one in analysis.findings]
    homonyms = [(one.name, "\n".join(one.members)) for one in analysis.families.homonyms]
    lengths = {facts.path: facts.lines for facts in analysis.scan.files}
    long = [(path, count(lengths[path], "line")) for path in analysis.over_limit]
    return [
        _families(analysis, verbose=verbose, most=most),
        _section("Homonyms: one name, different algorithms, never merged", homonyms, most, "cyan"),
        _section("Kept apart on purpose", kept_apart_rows(analysis.families), most, "cyan"),
        _section("Written out inside larger classes", implicit_lines(analysis.families), most, "cyan"),
        _section("Layers that could become components", pattern_lines(analysis.families), most, "cyan"),
        _section("Take note", notice_lines(analysis.scan, analysis.imports), most, "yellow"),
        _section("Import cycles", cycle_lines(analysis.imports), most, "red"),
        _section("Hidden dependencies", hidden_lines(analysis.imports), most, "yellow"),
        _section("Imports that lead nowhere", unresolved_lines(analysis.imports), most, "yellow"),
        _section("Kept as found, worth a look", findings, most, "yellow"),
        _section("Longer than `max-lines`", long, most, "yellow"),
        *_composition(analysis, FEW_ROWS if most else None),
    ]


def _composition(analysis: Analysis, most: int | None) -> Iterable[RenderableType | None]:
    unused, values = analysis.composition.unused, [one for one in analysis.dead_members if one.code == NEVER_READ]
    title = f"Used by nothing in what was read: {count(len(unused), 'definition')}"
    yield _section(title, unused_lines(unused), most, "yellow")
    title = f"Assigned and never read: {count(len(values), 'member')}"
    yield _section(title, never_read_lines(values), most, "yellow")
    yield _section("Imports of the tree", import_lines(analysis.metrics), most, "cyan")


def _not_read(problems: Sequence[Problem], most: int | None) -> list[RenderableType | None]:
    found = [(_place(one.path, one.line), one.message) for one in problems if not one.skipped]
    skipped = [(one.path, one.message) for one in problems if one.skipped]
    return [
        _section("Passed over", skipped, most, "dim"),
        _section(f"{count(len(found), 'problem')} with what was read", found, most, "red"),
    ]


def _news(news: News, against: str, most: int | None) -> Iterable[RenderableType | None]:
    sections = list(news_sections(news, against))
    if not sections:
        yield Text(f"Nothing new {against}.", style="green")
    for title, lines, style in sections:
        yield _section(title, lines, most, style)


def _summary(analysis: Analysis) -> RenderableType:
    scan = analysis.scan
    lines = sum(facts.lines for facts in scan.files)
    tiers = Counter(analysis.composition.tiers.values())
    skipped: Counter[Skipped] = Counter()
    for problem in scan.problems:
        if problem.skipped:
            skipped[problem.skipped] += problem.files
    shares = ", ".join(_tier_words(tier, tiers[tier]) for tier in _TIERS if tiers[tier])
    grid = Table.grid(expand=True)
    grid.add_column(overflow="fold")
    grid.add_column(justify="right", no_wrap=True)
    grid.add_row(
        Text(f"{count(len(scan.files), 'file')}, {count(lines, 'line')}", style="bold"),
        Text(f"{analysis.seconds:.1f} s", style="dim"),
    )
    below = []
    if tiers:
        below.append(Text(f"{count(tiers.total(), 'module')}: {shares}", style="bold"))
    if skipped:
        reasons = ", ".join(f"{files:,} {_WHY[why]}" for why, files in sorted(skipped.items()))
        below.append(Text(f"{count(skipped.total(), 'file')} passed over: {reasons}", style="dim"))
    return Group(grid, *below)


def _tier_words(tier: Tier, number: int) -> str:
    return count(number, "application") if tier == "application" else f"{number:,} {tier}"


def _families(analysis: Analysis, *, verbose: bool, most: int | None) -> RenderableType:
    families = analysis.families.families
    if not analysis.scan.files:
        return Text("No Python file was read.", style="yellow")
    if not families:
        return Text("No copies found.", style="green")
    return Group(*family_table(families[:most], verbose=verbose), *_more(len(families), most))


def _section(title: str, lines: Sequence[Line], most: int | None, style: str) -> RenderableType | None:
    if not lines:
        return None
    entries = (_Entry(place, message, style) for place, message in lines[:most])
    return Group(Text(title, style="bold"), *entries, *_more(len(lines), most))


def _more(total: int, most: int | None) -> Iterable[RenderableType]:
    if most is not None and total > most:
        yield Text(f"... and {total - most:,} more (--verbose shows all)", style="dim")


def _place(path: str, line: int) -> str:
    return f"{path}:{line}" if line else path
