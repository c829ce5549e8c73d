"""All facts of a tree: discover, read, parse where the cache has nothing, link."""

import gc
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from refactor_tools.model.facts import Problem, Scan, Source
from refactor_tools.scan.cache import Cache
from refactor_tools.scan.codec import Entry, decode, encode
from refactor_tools.scan.discover import discover, relative_path
from refactor_tools.scan.facts import Printer, read_file
from refactor_tools.scan.link import link
from refactor_tools.scan.read import read_source
from refactor_tools.settings import Settings

Progress = Callable[[int, int], None]

# Starting workers costs about as much as parsing this many files.
PARALLEL_FROM = 300


def scan_tree(
    root: Path,
    paths: Sequence[Path],
    settings: Settings,
    *,
    jobs: int = 1,
    cache: bool = True,
    progress: Progress | None = None,
    prints: Printer | None = None,
) -> Scan:
    """The facts of all Python files in `paths`, by path; nothing of the tree is imported or run.

    `jobs` is the number of processes (0: one a core), used from a few hundred files on. `progress` is called with the
    number of files done and of all. With `cache`, what was read is kept in `.refactor-tools/cache/` if that can be
    written. `prints` (a function that another process can import) makes the scan's prints.

    Raises:
        RefactorError: a path does not exist or lies outside `root`.
    """
    started = time.perf_counter()
    found = discover(root, paths, settings)
    names = [relative_path(root, file) for file in found.files]
    before = Cache.load(root) if cache else None
    entries: list[Entry] = []
    made: dict[str, tuple[str, bytes]] = {}
    problems = list(found.problems)
    for done, outcome in enumerate(_read_all(root, names, before, jobs, prints), start=1):
        if isinstance(outcome, Problem):
            problems.append(outcome)
        else:
            entry = decode(outcome) if isinstance(outcome, bytes) else outcome
            if isinstance(outcome, bytes):
                made[entry.facts.path] = entry.facts.digest, outcome
            entries.append(entry)
            problems.extend(entry.facts.problems)
        if progress:
            progress(done, len(names))
    if before and made:
        before.store(root, made, names)
    entries.sort(key=lambda entry: entry.facts.path)
    problems.sort(key=lambda problem: (problem.path, problem.line, problem.message))
    scan = Scan(
        str(root),
        tuple(entry.facts for entry in entries),
        tuple(problems),
        prints=tuple(entry.prints for entry in entries),
    )
    return replace(link(scan), seconds=time.perf_counter() - started)


def reader(root: Path) -> Callable[[str], Source | None]:
    """A function from a path under `root` to its source, None where it cannot be read. Sources are read once."""
    known: dict[str, Source | None] = {}

    def read(path: str) -> Source | None:
        if path not in known:
            outcome = read_source(root, path)
            known[path] = outcome if isinstance(outcome, Source) else None
        return known[path]

    return read


def _read_all(
    root: Path, names: Sequence[str], cache: Cache | None, jobs: int, prints: Printer | None
) -> Iterator[bytes | Entry | Problem]:
    """What each file yields: an entry from the cache, else its JSON, freshly made (an entry where it has none)."""
    fresh: list[Source] = []
    for name in names:
        source = read_source(root, name)
        known = cache.find(name, source.digest) if cache and isinstance(source, Source) else None
        if isinstance(source, Problem):
            yield source
        elif known:
            yield known
        else:
            fresh.append(source)
    yield from _parse_all(fresh, jobs, prints)


def _parse_all(sources: Sequence[Source], jobs: int, prints: Printer | None) -> Iterable[bytes | Entry]:
    workers = jobs or os.cpu_count() or 1
    if workers == 1 or len(sources) < PARALLEL_FROM:
        return (_entry(source, prints) for source in sources)
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=workers, return_as="generator", batch_size=16)
    outcomes: Iterable[bytes | Entry] = parallel(delayed(_entry)(source, prints) for source in sources)
    return outcomes


def _entry(source: Source, prints: Printer | None) -> bytes | Entry:
    with collected_later():
        entry = read_file(source, prints)
        try:
            return encode(entry)
        except UnicodeEncodeError:
            return entry


@contextmanager
def collected_later() -> Iterator[None]:
    """Garbage collection off: trees and facts hold no cycles, and looking for some takes a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
