"""What a division says."""

import json
from dataclasses import replace

from rich.console import Console

from refactor_tools.model.changes import ChangeSet, FileChange
from refactor_tools.model.outcomes import Refusal
from refactor_tools.model.splits import PartFile, Split, Staying
from refactor_tools.report.splits import render, to_json

DIVISION = Split(
    source="app/models.py",
    facade="app/models/__init__.py",
    facade_lines=30,
    lines=900,
    parts=(
        PartFile("app/models/losses.py", 120, ("Focal", "Dice"), ()),
        PartFile("app/models/model.py", 400, ("Model",), ("losses.py",)),
    ),
    staying=(Staying("HERE", 12, "reads __file__ of its module"),),
    notices=("loggers are called otherwise",),
    changes=ChangeSet("divide", (FileChange("app/models.py", b"", None),)),
    verdict="SAME",
)


def shown(division: Split, *, written: bool = False) -> str:
    console = Console(width=80, color_system=None)
    with console.capture() as captured:
        console.print(render(division, written=written))
    return captured.get()


def test_files_and_reasons_are_shown() -> None:
    text = shown(DIVISION)
    assert "app/models.py: 900 lines -> 2 new files in app/models/" in text
    assert "  losses.py      120  Focal, Dice" in text
    assert "stays  HERE (line 12): reads __file__ of its module" in text
    assert "note  loggers are called otherwise" in text
    assert "SAME:" in text
    assert "Would write 1 file. Nothing was written." in text
    assert "Written 1 file. Undo: refactor-tools undo" in shown(DIVISION, written=True)


def test_a_refusal_lists_what_stands_in_the_way_and_promises_nothing() -> None:
    refused = replace(DIVISION, refusal=Refusal("a ring", (("A", "uses B"),)), changes=ChangeSet("divide", ()))
    text = shown(refused)
    assert "refused: a ring" in text
    assert "A uses B" in text
    assert "Nothing was written." in text
    assert "SAME" not in text


def test_what_was_not_run_is_said() -> None:
    text = " ".join(shown(replace(DIVISION, verdict="NOT_RUN", reason="No module named 'einops'")).split())
    assert "NOT_RUN: No module named 'einops'. Shown without running:" in text
    assert "SAME" not in shown(replace(DIVISION, verdict="NOT_ASKED"))


def test_the_document() -> None:
    document = json.loads(to_json(DIVISION, written=True))
    assert document["schema"] == 1
    assert document["outcomes"] == [{"name": "app/models.py", "outcome": "divided", "reason": ""}]
    assert document["parts"][1] == {
        "path": "app/models/model.py",
        "lines": 400,
        "names": ["Model"],
        "imports": ["losses.py"],
    }
    assert document["staying"][0]["reason"] == "reads __file__ of its module"
    unchanged = replace(DIVISION, parts=(), changes=ChangeSet("divide", ()))
    assert json.loads(to_json(unchanged, written=False))["outcomes"][0]["outcome"] == "unchanged"
