"""Alignment of two sequences in order, by score: the longest common subsequence with weights."""

from collections.abc import Callable, Sequence
from typing import TypeVar

L = TypeVar("L")
R = TypeVar("R")
Pairs = list[tuple[int | None, int | None]]


def align(left: Sequence[L], right: Sequence[R], score: Callable[[L, R], float], least: float) -> Pairs:
    """Index pairs in order; None stands where an item has no partner. Pairs that score under `least` are not made.

    Needleman and Wunsch's dynamic programme without gap costs: O(len(left) * len(right)) calls of `score`.
    """
    scores = [[score(a, b) for b in right] for a in left]
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in range(len(left) - 1, -1, -1):
        for j in range(len(right) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if scores[i][j] >= least:
                best[i][j] = max(best[i][j], best[i + 1][j + 1] + scores[i][j])
    return _path(scores, best, least)


def _path(scores: list[list[float]], best: list[list[float]], least: float) -> Pairs:
    pairs: Pairs = []
    i = j = 0
    rows, columns = len(best) - 1, len(best[0]) - 1
    while i < rows and j < columns:
        if scores[i][j] >= least and best[i][j] == best[i + 1][j + 1] + scores[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    pairs += [(row, None) for row in range(i, rows)]
    pairs += [(None, column) for column in range(j, columns)]
    return pairs
