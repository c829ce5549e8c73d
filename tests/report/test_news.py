from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from refactor_tools.model.analysis import Analysis
from refactor_tools.model.facts import FileFacts, Scan
from refactor_tools.model.families import Families, Family, Proposal
from refactor_tools.model.graphs import Composition, Cycle, Hidden, ImportEdge, ImportGraph, Unresolved
from refactor_tools.model.known import BaselineReport, Changed, Drift, NewCopies, News, SinceReport
from refactor_tools.report.analysis import render
from refactor_tools.report.news import baseline_document, since_document, since_words

EDGE = ImportEdge("a.py", "b.py", 3, "runtime", "plain")
NEWS = News(
    copies=(
        NewCopies("Pool", ("a.py::Pool", "b.py::Pool"), ("a.py::Pool", "b.py::Pool")),
        NewCopies("Gate", ("a.py::Gate", "b.py::Gate", "c.py::Gate"), ("c.py::Gate",)),
    ),
    drift=(
        Drift(
            "Norm",
            "a.py::Norm",
            ("b.py::Norm",),
            (Changed(7, "x = 1", "x = 2"), Changed(8, "", "y = 3"), Changed(9, "z = 4", ""), Changed(9, None, "w = 5")),
        ),
    ),
    cycles=(Cycle(("a.py", "b.py"), True, EDGE),),
    hidden=(Hidden("a.py", 2, "b.py", "script folder"),),
    unresolved=(Unresolved("a.py", 1, ".gone", "no module `gone` in the tree"),),
    over_limit=("a.py",),
    unused=("a.py::f",),
)
FAMILY = Family("Pool", "class", "near", 0.8, ("a.py::Pool", "b.py::Pool"), (), Proposal("pooling/pool.py", "pooling"))
ANALYSIS = Analysis(
    Scan("/root", (FileFacts("a.py", "", 9),)),
    ImportGraph(),
    Composition({}, {}, {}),
    Families((FAMILY,)),
    (),
    0.0,
)
SINCE = SinceReport("main", "0123456789abcdef", NEWS)
BASELINE = BaselineReport("known.json", 4, 1, False, NEWS)


def text(**options: object) -> str:
    out = StringIO()
    Console(file=out, width=80, highlight=False).print(render(ANALYSIS, **options))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def test_whole_report() -> None:
    assert (
        text(since=SINCE)
        == """\
  1 file, 9 lines                                                          0.0 s

  Drift: copies that changed alone since main (0123456)
  a.py:7
      Norm changed without b.py::Norm
      7: `x = 1` is now `x = 2`
      8: added `y = 3`
      9: removed `z = 4`
      ... and 1 more

  New copies since main (0123456)
  Pool  2 copies: a.py::Pool, b.py::Pool
  Gate  c.py::Gate joined a.py::Gate, b.py::Gate

  New import cycles since main (0123456)
  a.py -> b.py -> a.py  (at runtime; cheapest cut: a.py:3 imports b.py)

  New hidden dependencies since main (0123456)
  a.py:2  by bare name, found only from its own folder: b.py

  New imports that lead nowhere since main (0123456)
  a.py:1  `.gone`: no module `gone` in the tree

  Newly over the limit of lines since main (0123456)
  a.py

  Newly unused since main (0123456)
  a.py::f

  Next: extract-component Pool"""
    )


def test_statements_of_which_only_a_mark_was_kept() -> None:
    drift = replace(NEWS.drift[0], changes=(Changed(9, None, "w = 5"), Changed(9, None, "")))
    shown = text(baseline=replace(BASELINE, news=News(drift=(drift,))))
    assert "      9: changed to `w = 5`\n      9: removed a statement\n" in shown


def test_nothing_new() -> None:
    shown = text(since=replace(SINCE, news=News()), baseline=replace(BASELINE, news=News()))
    assert "  Nothing new since main (0123456).\n\n  Nothing new against the baseline.\n" in shown
    assert shown.endswith("Next: nothing to do")
    assert "Families" not in shown


def test_everything_where_it_is_asked_for_or_the_baseline_was_just_written() -> None:
    assert "Families" in text(since=SINCE, verbose=True)
    assert "Families" in text(baseline=replace(BASELINE, created=True, news=News()))


@pytest.mark.parametrize(
    ("news", "advice"),
    [
        (News(drift=NEWS.drift), "look at what is new; change the other copies too"),
        (News(cycles=NEWS.cycles), "look at what is new"),
        (News(copies=NEWS.copies), "extract-component Pool"),
    ],
)
def test_last_line_is_about_the_news(news: News, advice: str) -> None:
    assert text(since=replace(SINCE, news=news)).splitlines()[-1] == f"  Next: {advice}"


def test_revision_in_words() -> None:
    assert since_words(SINCE) == "since main (0123456)"
    assert since_words(replace(SINCE, revision="0123456789")) == "since 0123456789"


def test_documents_hold_everything() -> None:
    found = since_document(SINCE)
    assert (found["revision"], found["commit"]) == ("main", "0123456789abcdef")
    assert found["copies"][1] == {
        "name": "Gate",
        "members": ("a.py::Gate", "b.py::Gate", "c.py::Gate"),
        "joined": ("c.py::Gate",),
        "is_new": False,
    }
    assert found["drift"][0]["changes"][3] == {"line": 9, "old": None, "new": "w = 5"}
    kinds = {"copies", "drift", "cycles", "hidden", "unresolved", "over_limit", "unused"}
    assert kinds <= found.keys()
    assert baseline_document(BASELINE).keys() == kinds | {"path", "created", "accepted", "removed"}
