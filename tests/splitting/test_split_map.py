"""The map of a division as YAML."""

import pytest

from refactor_tools.errors import UnreadableRecord
from refactor_tools.splitting.split_map import dump_split_map, load_split_map


def test_what_is_written_is_read_again() -> None:
    text = dump_split_map("a/m.py", {"losses.py": ["Focal", "Dice"], "model.py": ["Model"]})
    assert "losses.py:\n- Focal\n- Dice\n" in text
    assert "split-module a/m.py --map" in text
    assert load_split_map(text, "m.yaml") == {"losses": ("Focal", "Dice"), "model": ("Model",)}


def test_the_suffix_may_be_left_out() -> None:
    assert load_split_map("losses: [A]", "m.yaml") == {"losses": ("A",)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must map new files"),
        ("[A]", "must map new files"),
        ("a: [A\n", "is not a map"),
        ("a/b.py: [A]", "is no file name"),
        ("__init__.py: [A]", "is no file name"),
        ("a-b.py: [A]", "is no file name"),
        ("a: A", "must have a list"),
        ("a: []", "must have a list"),
        ("a: [1]", "must have a list"),
        ("a: [A]\nb: [A]", "A stands twice, under a.py and under b.py"),
        ("a: [A]\na.py: [B]", "a.py stands twice"),
    ],
)
def test_bad_maps_are_refused(text: str, message: str) -> None:
    with pytest.raises(UnreadableRecord, match=message):
        load_split_map(text, "m.yaml")
