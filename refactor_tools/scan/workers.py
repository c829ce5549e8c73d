"""The same work on many things, in several processes where there is enough of it."""

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from refactor_tools.scan.collection import collected_later

T = TypeVar("T")
R = TypeVar("R")

# Whether `mapped` has started processes that `release_workers` has not ended.
_started = threading.Event()


def mapped(work: Callable[[T], R], things: Sequence[T], *, jobs: int, parallel_from: int, batch: int) -> Iterable[R]:
    """What `work` (a function that another process can import) makes of each thing, in order; see `collected_later`.

    `jobs` is the number of processes (0: one a core), used from `parallel_from` things on, which are handed out `batch`
    at a time.
    """
    workers = jobs or os.cpu_count() or 1
    if workers == 1 or len(things) < parallel_from:
        return (_done(work, thing) for thing in things)
    from joblib import Parallel, delayed

    _started.set()
    outcomes: Iterable[R] = Parallel(n_jobs=workers, return_as="generator", batch_size=batch)(
        delayed(_done)(work, thing) for thing in things
    )
    return outcomes


def _done(work: Callable[[T], R], thing: T) -> R:
    with collected_later():
        return work(thing)


def release_workers() -> None:
    """End the processes that `mapped` has started: they hold what they have read and imported."""
    if _started.is_set():
        from joblib.externals.loky import get_reusable_executor

        # Whatever they hold would be freed piece by piece if they were asked to end.
        get_reusable_executor(reuse=True).shutdown(wait=False, kill_workers=True)
        _started.clear()
