"""What is new in a tree, as titled lines for a terminal and as plain values for JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from refactor_tools.model.graphs import ImportGraph
from refactor_tools.model.known import BaselineReport, Changed, Drift, NewCopies, News, SinceReport
from refactor_tools.report.graphs import cycle_lines, hidden_lines, unresolved_lines
from refactor_tools.report.words import count, listed

Line = tuple[str, str]

_MOST_IN_LINE = 4
_MOST_STATEMENTS = 3


def news_sections(news: News, against: str) -> Iterator[tuple[str, list[Line], str]]:
    """Title, lines and colour of every kind of news there is; `against` ends the titles ("since main")."""
    graph = ImportGraph(cycles=news.cycles, hidden=news.hidden, unresolved=news.unresolved)
    sections = (
        ("Drift: copies that changed alone", [_drift_line(one) for one in news.drift], "red"),
        ("New copies", [_copies_line(one) for one in news.copies], "cyan"),
        ("New import cycles", cycle_lines(graph), "red"),
        ("New hidden dependencies", hidden_lines(graph), "yellow"),
        ("New imports that lead nowhere", unresolved_lines(graph), "yellow"),
        ("Newly over the limit of lines", [(path, "") for path in news.over_limit], "yellow"),
        ("Newly unused", [(identity, "") for identity in news.unused], "yellow"),
    )
    return ((f"{title} {against}", lines, style) for title, lines, style in sections if lines)


def since_words(report: SinceReport) -> str:
    """ "since main (1a2b3c4)"."""
    commit = report.commit[:7]
    return f"since {report.revision}" if report.revision.startswith(commit) else f"since {report.revision} ({commit})"


def since_document(report: SinceReport) -> dict[str, Any]:
    return {"revision": report.revision, "commit": report.commit, **_document(report.news)}


def baseline_document(report: BaselineReport) -> dict[str, Any]:
    return {
        "path": report.path,
        "created": report.created,
        "accepted": report.accepted,
        "removed": report.removed,
        **_document(report.news),
    }


def _document(news: News) -> dict[str, Any]:
    return {
        "copies": [{**asdict(one), "is_new": one.is_new} for one in news.copies],
        "drift": [asdict(one) for one in news.drift],
        "cycles": [asdict(one) for one in news.cycles],
        "hidden": [asdict(one) for one in news.hidden],
        "unresolved": [asdict(one) for one in news.unresolved],
        "over_limit": list(news.over_limit),
        "unused": list(news.unused),
    }


def _copies_line(copies: NewCopies) -> Line:
    if copies.is_new:
        return copies.name, f"{count(len(copies.members), 'copy', 'copies')}: {listed(copies.members, _MOST_IN_LINE)}"
    older = [one for one in copies.members if one not in copies.joined]
    return copies.name, f"{listed(copies.joined, _MOST_IN_LINE)} joined {listed(older, _MOST_IN_LINE)}"


def _drift_line(drift: Drift) -> Line:
    path, _, name = drift.member.rpartition("::")
    line = drift.changes[0].line if drift.changes else 0
    statements = [_statement(one) for one in drift.changes[:_MOST_STATEMENTS]]
    if len(drift.changes) > _MOST_STATEMENTS:
        statements.append(f"... and {len(drift.changes) - _MOST_STATEMENTS:,} more")
    head = f"{name} changed without {listed(drift.unchanged, _MOST_IN_LINE)}"
    return f"{path}:{line}", "\n".join((head, *statements))


def _statement(change: Changed) -> str:
    if change.old is None:
        was = "changed to" if change.new else "removed a statement"
    elif change.old and change.new:
        was = f"`{change.old}` is now"
    else:
        was = "added" if change.new else f"removed `{change.old}`"
    return f"{change.line}: {was} `{change.new}`" if change.new else f"{change.line}: {was}"
