"""What to do next, in one line."""

from rich.text import Text

from refactor_tools.model.analysis import Analysis
from refactor_tools.model.known import News
from refactor_tools.report.families import worth_extracting

_MOST_NAMES = 3


def next_step(analysis: Analysis, news: News | None) -> Text:
    """The first thing that helps: about the news where that is what was asked for."""
    if not analysis.scan.files:
        return _advice("give a folder with Python files")
    names = worth_extracting(analysis.families)
    if news is not None:
        concerned = {one.name for one in news.copies} | {one.family for one in news.drift}
        names = [name for name in names if name in concerned]
        if not any(news.counts().values()):
            return _advice("nothing to do")
    if names:
        rest = len(names) - _MOST_NAMES
        more = f"  ({rest:,} more: --map FILE lists all)" if rest > 0 else ""
        command = f"extract-component {' '.join(names[:_MOST_NAMES])}"
        return Text.assemble(("Next: ", "dim"), (command, "bold green"), (more, "dim"))
    if news is not None:
        return _advice("look at what is new" + ("; change the other copies too" if news.drift else ""))
    if any(family.proposal is None and family.kind != "method" for family in analysis.families.families):
        return _advice("--proposals all compares the families that were not compared")
    if analysis.imports.cycles:
        return _advice("cut the cycles, then keep them out with --fail-on cycles")
    if analysis.families.families:
        return _advice("--map FILE lists the modules and why their copies are kept")
    return _advice("--fail-on duplicates,cycles keeps it so")


def _advice(text: str) -> Text:
    return Text.assemble(("Next: ", "dim"), text)
