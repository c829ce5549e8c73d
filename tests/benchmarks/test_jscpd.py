"""Line ranges as pairs of definitions: how much of both a reported pair must cover."""

from benchmarks.jscpd import Clone, mapped, parsed
from benchmarks.places import Span

PLACES = {
    "a.py::A": Span("a.py", 1, 10),
    "a.py::Next": Span("a.py", 12, 21),
    "b.py::B": Span("b.py", 101, 110),
    "b.py::Large": Span("b.py", 201, 300),
}
PAIR = ("a.py::A", "b.py::B")


def clone(first: int, last: int, other_first: int, other_last: int) -> Clone:
    return Clone(Span("a.py", first, last), Span("b.py", other_first, other_last))


def test_a_range_that_covers_most_of_both_links_them() -> None:
    found = mapped([clone(2, 8, 102, 108)], PLACES)
    assert found.one == found.union == {PAIR}


def test_a_range_that_covers_too_little_of_one_side_does_not() -> None:
    assert mapped([clone(1, 10, 104, 109)], PLACES).union == set()
    assert mapped([clone(1, 10, 201, 210)], PLACES).union == set()


def test_pieces_add_up_in_the_union_alone() -> None:
    found = mapped([clone(1, 4, 101, 104), clone(6, 9, 106, 109)], PLACES)
    assert found.one == set()
    assert found.union == {PAIR}


def test_lines_that_two_pieces_share_count_once() -> None:
    assert mapped([clone(1, 4, 101, 104), clone(2, 5, 102, 105)], PLACES).union == set()


def test_pieces_with_different_partners_do_not_add_up() -> None:
    other = Clone(Span("a.py", 6, 10), Span("b.py", 201, 205))
    assert mapped([clone(1, 4, 101, 110), other], PLACES).union == set()


def test_a_range_over_two_definitions_stands_for_both() -> None:
    found = mapped([clone(1, 21, 101, 110)], PLACES)
    assert found.one == {PAIR, ("a.py::Next", "b.py::B")}


def test_two_ranges_in_one_definition_link_nothing() -> None:
    inside = Clone(Span("a.py", 1, 9), Span("a.py", 2, 10))
    assert mapped([inside], PLACES).one == set()


def test_the_sides_may_come_either_way_round() -> None:
    pieces = [clone(1, 4, 101, 104), Clone(Span("b.py", 105, 109), Span("a.py", 5, 9))]
    assert mapped(pieces, PLACES).union == {PAIR}


def test_files_without_definitions_are_passed_over() -> None:
    assert mapped([Clone(Span("c.py", 1, 9), Span("a.py", 1, 10))], PLACES).union == set()


def test_the_report_is_read() -> None:
    side = {"name": "models/a.py", "start": 3, "end": 9, "startLoc": {}, "endLoc": {}}
    document = {"duplicates": [{"firstFile": side, "secondFile": {**side, "name": "b.py"}, "kind": "exact"}]}
    assert parsed(document) == [Clone(Span("models/a.py", 3, 9), Span("b.py", 3, 9))]
