"""Rows that between them have every pair of levels of any two factors: few, greedily found, always the same."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

# The level of each factor, by place.
Row = tuple[int, ...]
_Pair = tuple[tuple[int, int], tuple[int, int]]


def covering(
    levels: Sequence[int], done: Iterable[Row], accept: Callable[[Row], bool], at_most: int
) -> tuple[Row, ...]:
    """Up to `at_most` rows that `accept` takes, so that any two of the factors meet in every pair of their levels.

    `levels` is how many each factor has; 0 is the level that a factor has where nothing else is asked of it. The pairs
    of the rows in `done` are not asked for again, and a pair of which no row is accepted is left out.
    """
    missing = dict.fromkeys(_all_pairs(levels))
    rows: list[Row] = []
    for row in done:
        _remove(missing, row)
    while missing and len(rows) < at_most:
        row = _row(levels, missing)
        if accept(row):
            rows.append(row)
            _remove(missing, row)
        else:
            del missing[next(iter(missing))]
    return tuple(rows)


def _all_pairs(levels: Sequence[int]) -> Iterator[_Pair]:
    """Every pair, those of one level that differs from 0 first: each level is met before two are met together."""
    places = [(place, level) for place, count in enumerate(levels) for level in range(count)]
    pairs = [(first, second) for first, second in combinations(places, 2) if first[0] != second[0]]
    if len(levels) == 1:
        pairs = [((0, level), (0, level)) for level in range(levels[0])]
    yield from sorted(pairs, key=lambda pair: min(pair[0][1], 1) + min(pair[1][1], 1))


def _row(levels: Sequence[int], missing: Iterable[_Pair]) -> Row:
    """The first missing pair, and beside it for one factor after the other what most missing pairs want."""
    pairs = list(missing)
    chosen = dict(pairs[0])
    for place in range(len(levels)):
        if place not in chosen:
            counts = [0] * levels[place]
            for pair in pairs:
                for one, other in (pair, pair[::-1]):
                    if one[0] == place and chosen.get(other[0]) == other[1]:
                        counts[one[1]] += 1
            chosen[place] = counts.index(max(counts))
    return tuple(chosen[place] for place in range(len(levels)))


def _remove(missing: dict[_Pair, None], row: Row) -> None:
    for pair in [pair for pair in missing if all(row[place] == level for place, level in pair)]:
        del missing[pair]
