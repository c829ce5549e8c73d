from pathlib import Path

import pytest

from benchmarks.gate_survivors import SURVIVORS, Survivor, disagreements, read_survivors

ENTRY = "- {component: a/B, kind: eps, label: 'line 3: x', reason: it is the same}\n"
FOUND = Survivor("a/B", "eps", "line 3: x")


def _list(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "list.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_list_that_is_checked_in_can_be_read() -> None:
    read_survivors(SURVIVORS)


def test_entries_are_read(tmp_path: Path) -> None:
    assert read_survivors(_list(tmp_path, f"survivors:\n{ENTRY}")) == [FOUND]
    assert read_survivors(_list(tmp_path, "survivors: []\n")) == []


@pytest.mark.parametrize(
    "text",
    [
        "survivors:\n",
        "- a\n",
        "survivors:\n- {component: a/B, kind: eps, label: x}\n",
        "survivors:\n- {component: a/B, kind: eps, label: x, reason: ''}\n",
        "survivors:\n- {component: a/B, kind: eps, label: x, reason: r, more: 1}\n",
    ],
    ids=["no list", "no mapping", "no argument", "an empty argument", "an unknown key"],
)
def test_a_list_that_lacks_something_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r"list\.yaml"):
        read_survivors(_list(tmp_path, text))


def test_new_and_stale_entries_are_named() -> None:
    other = Survivor("a/B", "axis", "line 3: x")
    assert disagreements([FOUND], [FOUND]) == []
    assert "not argued" in disagreements([FOUND, other], [FOUND])[0]
    assert "does not survive" in disagreements([], [FOUND])[0]
    assert len(disagreements([FOUND, FOUND], [FOUND])) == 1
