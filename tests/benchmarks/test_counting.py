"""Pairs from families: what is counted once, what the budget cuts off, what is linked and what is not."""

import pytest

from benchmarks import counting
from benchmarks.analysis import Family
from benchmarks.counting import Share
from benchmarks.truth import TruePair


def family(*members: str, kind: str = "class", likeness: str = "near") -> Family:
    return Family(members[0], kind, likeness, 0.9, members, None, "")


def everything(name: str) -> bool:
    return True


def pair(copy: str, source: str, difference: str = "near") -> TruePair:
    return TruePair("class", copy, source, difference)


def test_direct_recall_needs_one_family_that_holds_both() -> None:
    linked = counting.by_membership([family("a::A", "b::A"), family("b::A", "c::A")])
    pairs = [pair("a::A", "b::A"), pair("b::A", "c::A"), pair("a::A", "c::A"), pair("a::A", "x::A")]
    assert counting.recall(pairs, linked) == Share(2, 4)


def test_recall_of_nothing_is_full() -> None:
    assert counting.recall([], counting.by_membership([])).value == 1.0


def test_a_name_stands_for_the_definition_at_any_line() -> None:
    linked = counting.by_membership([family("a::A@30", "b::B@7.run")])
    assert linked("a::A", "b::B.run")
    assert not linked("a::A", "b::B")


def test_methods_count_where_their_classes_stand_together() -> None:
    families = [family("a::A", "b::B"), family("c::C.run", "d::D.run", kind="method")]
    direct = counting.by_membership(families)
    linked = counting.either(direct, by_owner=direct)
    assert linked("a::A.run", "b::B.run")
    assert linked("c::C.run", "d::D.run")
    assert not linked("c::C.other", "d::D.other")
    assert not linked("a::A.run", "c::C.run")


def test_a_pair_in_two_families_is_reported_once() -> None:
    families = [family("a::A", "b::A", "c::A"), family("a::A", "b::A", "d::A")]
    assert len(counting.reported(families)) == 5


def test_only_wanted_members_make_pairs() -> None:
    families = [family("a::A", "b::A", "c::Config")]
    assert counting.reported(families, lambda name: not name.endswith("Config")) == {("a::A", "b::A")}


@pytest.mark.parametrize(
    ("budget", "families", "used"), [(0, 0, 0), (2, 0, 0), (3, 1, 3), (4, 2, 4), (13, 2, 4), (14, 3, 14), (99, 4, 15)]
)
def test_the_family_that_crosses_the_budget_ends_the_list(budget: int, families: int, used: int) -> None:
    given = [
        family("a::A", "b::A", "c::A"),
        family("e::E", "f::E"),
        family(*(f"m{number}::M" for number in range(5))),
        family("g::G", "h::G"),
    ]
    assert counting.within(given, budget, everything) == (given[:families], used)


def test_pairs_that_were_reported_before_cost_nothing() -> None:
    given = [family("a::A", "b::A", "c::A"), family("a::A", "c::A"), family("a::A", "d::A")]
    assert counting.within(given, 3, everything) == (given[:2], 3)


def test_chains_join_what_no_pair_joins() -> None:
    pairs = {("a::A", "b::A"), ("b::A", "c::A"), ("x::X", "y::X")}
    direct, chained = counting.by_pairs(pairs), counting.by_chains(pairs)
    assert not direct("a::A", "c::A")
    assert chained("a::A", "c::A")
    assert not chained("a::A", "x::X")
    assert not chained("p::P", "q::P")


def test_pairs_are_linked_whichever_way_round() -> None:
    linked = counting.by_pairs({("a::A", "b::A")})
    assert linked("b::A", "a::A")


def test_differences_are_listed_in_the_order_of_the_words() -> None:
    pairs = [pair("a", "b", "near"), pair("c", "d", "alpha"), pair("e", "f", "near")]
    grouped = counting.by_difference(pairs)
    assert list(grouped) == ["alpha", "near"]
    assert len(grouped["near"]) == 2
