"""The same work in one process and in several."""

import os

from joblib import Parallel, delayed

from refactor_tools.scan.workers import mapped, release_workers


def where(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def test_a_little_is_done_here() -> None:
    assert list(mapped(where, range(3), jobs=2, parallel_from=4, batch=1)) == [(n * n, os.getpid()) for n in range(3)]


def test_one_job_is_done_here() -> None:
    assert {pid for _, pid in mapped(where, range(8), jobs=1, parallel_from=1, batch=1)} == {os.getpid()}


def test_much_is_done_elsewhere_and_stays_in_order() -> None:
    done = list(mapped(where, range(8), jobs=2, parallel_from=4, batch=2))
    assert [square for square, _ in done] == [n * n for n in range(8)]
    assert os.getpid() not in {pid for _, pid in done}


def test_nobody_elses_workers_are_ended() -> None:
    release_workers()
    others = Parallel(n_jobs=2, return_as="generator")(delayed(where)(n) for n in range(6))
    first = next(others)
    release_workers()
    assert [square for square, _ in (first, *others)] == [n * n for n in range(6)]


def test_workers_that_were_released_come_back() -> None:
    for _ in range(2):
        assert len(list(mapped(where, range(4), jobs=2, parallel_from=1, batch=1))) == 4
        release_workers()
