"""Few rows with every pair of levels."""

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refactor_tools.prove.case_pairs import Row, covering

LEVELS = st.lists(st.integers(1, 4), min_size=1, max_size=5)


def pairs(rows: tuple[Row, ...]) -> set[tuple[tuple[int, int], ...]]:
    return {pair for row in rows for pair in combinations(enumerate(row), 2)}


def always(row: Row) -> bool:
    return True


@given(LEVELS)
def test_any_two_factors_meet_in_every_pair_of_levels(levels: list[int]) -> None:
    rows = covering(levels, (), always, 1000)
    assert pairs(rows) == pairs(tuple(product(*map(range, levels))))
    assert {row[0] for row in rows} == set(range(levels[0]))
    assert len(rows) <= max(1, len(pairs(rows)), levels[0])


@pytest.mark.parametrize(("levels", "most"), [([2, 2], 4), ([2, 2, 2, 2, 2], 8), ([3, 3, 3, 3], 13), ([4, 2, 2, 2], 9)])
def test_the_rows_are_few(levels: list[int], most: int) -> None:
    assert len(covering(levels, (), always, 1000)) <= most


def test_what_is_done_is_not_asked_for_again() -> None:
    rows = covering([2, 2], [(0, 0), (1, 0)], always, 10)
    assert set(rows) == {(0, 1), (1, 1)}


def test_every_level_is_met_before_levels_are_met_together() -> None:
    first = covering([2, 2, 2], [(0, 0, 0)], always, 3)
    assert {place for row in first for place, level in enumerate(row) if level} == {0, 1, 2}


def test_what_is_refused_is_left_out_and_the_rest_is_not() -> None:
    rows = covering([3, 2], (), lambda row: row != (1, 1), 10)
    assert (1, 1) not in rows
    assert {(0, 0), (0, 1), (1, 0), (2, 0), (2, 1)} == set(rows)
    assert covering([3, 2], (), lambda _: False, 10) == ()


def test_the_limit_holds() -> None:
    assert len(covering([4, 4, 4], (), always, 2)) == 2
    assert covering([4, 4], (), always, 0) == ()
    assert covering([], (), always, 5) == ()
