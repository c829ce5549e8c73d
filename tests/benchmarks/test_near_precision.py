"""Labels hold for the family that was looked at, and for no other."""

from pathlib import Path

import pytest
import yaml

from benchmarks.analysis import Family
from benchmarks.counting import Share
from benchmarks.near_precision import (
    Label,
    SheetError,
    _scored,
    identity,
    labels_in,
    precision,
    sample,
    sheet,
)


def family(*members: str, kind: str = "class") -> Family:
    return Family(members[0].rpartition("::")[2], kind, "near", 0.8, members, None, "")


FAMILIES = {identity(one): one for one in (family("a.py::A", f"b.py::B{number}") for number in range(20))}


def test_an_id_stands_for_the_members_whatever_their_order() -> None:
    assert identity(family("a.py::A", "b.py::B")) == identity(family("b.py::B", "a.py::A"))
    assert identity(family("a.py::A", "b.py::B")) != identity(family("a.py::A", "b.py::B", "c.py::C"))
    assert identity(family("a.py::A", "b.py::B")) != identity(family("a.py::A", "b.py::B", kind="method"))


def test_the_seed_decides_what_is_drawn() -> None:
    first = list(sample(FAMILIES, 5, 0))
    assert first == list(sample(FAMILIES, 5, 0))
    assert first != list(sample(FAMILIES, 5, 1))
    assert len(set(first)) == 5
    assert len(sample(FAMILIES, 100, 0)) == len(FAMILIES)


def test_a_sheet_shows_where_to_look_and_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("\n\nclass A:\n    x = 1\n", encoding="utf-8")
    one = family("a.py::A", "b.py::B")
    entries = yaml.safe_load(sheet({identity(one): one}, tmp_path))
    assert entries[0]["members"] == ["a.py::A (lines 3-4)", "b.py::B (not found)"]
    assert (entries[0]["label"], entries[0]["reason"]) == ("", "")
    entries[0] |= {"label": "copy", "reason": "they differ in a width"}
    (tmp_path / "sheet.yaml").write_text(yaml.safe_dump(entries), encoding="utf-8")
    assert labels_in(tmp_path / "sheet.yaml") == [Label(identity(one), "copy", "they differ in a width")]


def test_entries_without_a_label_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "sheet.yaml").write_text("- {family: a, label: '', reason: ''}\n- {family: b}\n", encoding="utf-8")
    assert labels_in(tmp_path / "sheet.yaml") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {family: a, label: same, reason: x}\n", "'same' is none of"),
        ("- {family: a, label: copy, reason: ' '}\n", "needs a reason"),
        ("- {label: copy}\n", "a list of families"),
        ("family: a\n", "a list of families"),
        ("- [\n", "sheet.yaml"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "sheet.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SheetError, match=message):
        labels_in(tmp_path / "sheet.yaml")


def test_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="--sheet"):
        labels_in(tmp_path / "none.yaml")


def test_unsure_is_no_copy() -> None:
    labels = [Label("a", "copy", "x"), Label("b", "unsure", "x"), Label("c", "different", "x")]
    assert precision(labels) == Share(1, 3)


def test_labels_of_families_that_are_gone_do_not_count(capsys: pytest.CaptureFixture[str]) -> None:
    here = next(iter(FAMILIES))
    figures = _scored([Label(here, "copy", "x"), Label("0123456789ab", "different", "y")], FAMILIES)
    assert figures == {"precision": 1.0, "labelled": 1, "gone": 1}
    assert "no longer has: 0123456789ab" in capsys.readouterr().out


def test_nothing_labelled_is_not_precise() -> None:
    assert _scored([], FAMILIES)["precision"] == 0.0
