import pytest
from hypothesis import given
from hypothesis import strategies as st

from refactor_tools.changes.text import apply_edits, encode
from refactor_tools.errors import RefactorError
from refactor_tools.model.changes import Edit
from refactor_tools.model.facts import Source


def test_edits_are_made_in_any_order() -> None:
    edits = [Edit(8, 9, "three"), Edit(0, 1, "one"), Edit(4, 4, "and ")]
    assert apply_edits("1 , 2 , 3\r\n", edits) == "one , and 2 , three\r\n"


def test_insertions_at_one_place_keep_their_order() -> None:
    assert apply_edits("ab", [Edit(1, 1, "x"), Edit(1, 1, "y"), Edit(1, 2, "")]) == "axy"


def test_no_edit_changes_nothing() -> None:
    assert apply_edits("a\r\nb", []) == "a\r\nb"


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(0, 2, ""), Edit(1, 3, "")],
        [Edit(0, 3, ""), Edit(1, 1, "x")],
        [Edit(0, 1, "a"), Edit(0, 1, "a")],
        [Edit(2, 9, "")],
        [Edit(-1, 0, "")],
        [Edit(2, 1, "")],
    ],
)
def test_edits_that_contradict_each_other_are_a_defect(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match=r"overlaps|outside"):
        apply_edits("abc", edits)


@given(st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4), st.text(max_size=4)), max_size=6), st.randoms())
def test_edits_replace_their_spans_and_nothing_else(pieces: list[tuple[str, str, str]], random) -> None:
    text, wanted, edits = "", "", []
    for kept, old, new in pieces:
        edits.append(Edit(len(text) + len(kept), len(text) + len(kept) + len(old), new))
        text, wanted = text + kept + old, wanted + kept + new
    if len({edit.start for edit in edits}) == len(edits):
        random.shuffle(edits)
    assert apply_edits(text, edits) == wanted


@pytest.mark.parametrize(
    ("encoding", "data"),
    [("utf-8", "é\r\n".encode()), ("utf-8-sig", b"\xef\xbb\xbf\xc3\xa9\r\n"), ("latin-1", b"\xe9\r\n")],
)
def test_encoding_and_byte_order_mark_are_kept(encoding: str, data: bytes) -> None:
    source = Source("a.py", data.decode(encoding), encoding, "")
    assert encode(source, source.text) == data


def test_a_character_that_the_encoding_lacks_is_named() -> None:
    with pytest.raises(RefactorError, match=r"a\.py: '→' cannot be written in latin-1"):
        encode(Source("a.py", "", "latin-1", ""), "x = '→'")
