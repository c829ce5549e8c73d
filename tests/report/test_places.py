import pytest

from refactor_tools.report.places import fold_place, visible

LONG = "transformers/models/mask2former/convert_mask2former_checkpoint.py"


@pytest.mark.parametrize("place", ["a.py", "a.py:3", "a.py::A.b", "", "a b/c.py:12", "a.py -> b.py"])
def test_what_fits_stays(place: str) -> None:
    assert fold_place(place, 40) == [place]


def test_breaks_between_folders_and_before_names() -> None:
    assert fold_place(f"{LONG}::Mask2FormerAttention", 40) == [
        "transformers/models/mask2former/",
        "  convert_mask2former_checkpoint.py",
        "  ::Mask2FormerAttention",
    ]
    assert fold_place(f"{LONG}:973", 40)[-1] == "  convert_mask2former_checkpoint.py:973"


@pytest.mark.parametrize("width", [8, 10, 33, 80])
@pytest.mark.parametrize("place", [LONG, f"{LONG}::A.b", "x" * 200, "a::b::c", ":", "::", "C:/x:y/z.py:1"])
def test_nothing_is_lost_and_every_line_fits(place: str, width: int) -> None:
    lines = fold_place(place, width)
    assert max(map(len, lines)) <= width
    assert "".join(line.strip() for line in lines) == place


def test_control_characters_are_shown() -> None:
    assert visible("a\nb\x1b[31m.py") == "a\\nb\\x1b[31m.py"
    assert visible("größe 名.py") == "größe 名.py"
