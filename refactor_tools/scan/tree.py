"""All facts of a tree: discover, read, parse where the cache has nothing, link."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from refactor_tools.model.facts import Scan, Source
from refactor_tools.scan.cache import Cache
from refactor_tools.scan.codec import Entry, decode, encode
from refactor_tools.scan.facts import Printer
from refactor_tools.scan.kinds import is_other
from refactor_tools.scan.link import link
from refactor_tools.scan.listing import Listing, list_tree
from refactor_tools.scan.others import read_any
from refactor_tools.scan.read import read_source
from refactor_tools.scan.workers import mapped
from refactor_tools.settings import Settings

Progress = Callable[[int, int], None]

# Starting workers costs about as much as parsing this many files.
PARALLEL_FROM, _BATCH = 300, 16


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
    """The facts of all Python files, notebooks and configuration files in `paths`, by path; nothing of them is run.

    See `scan_listing` for the rest.

    Raises:
        RefactorError: a path does not exist or lies outside `root`.
    """
    listing = list_tree(root, paths, settings)
    return scan_listing(listing, jobs=jobs, cache=cache, progress=progress, prints=prints)


def scan_listing(
    listing: Listing,
    *,
    jobs: int = 1,
    cache: bool = True,
    progress: Progress | None = None,
    prints: Printer | None = None,
) -> Scan:
    """The facts of the files in `listing`.

    `jobs` is the number of processes (0: one a core), used from a few hundred files on. `progress` is called with the
    number of files done and of all. With `cache`, what was read is kept in `.refactor-tools/cache/` if that can be
    written. `prints` (a function that another process can import) makes the scan's prints.
    """
    started = time.perf_counter()
    before = Cache.load(listing.root, "facts") if cache else None
    entries = entries_of(listing.sources, before, jobs=jobs, progress=progress, prints=prints)
    problems = [*listing.problems, *(problem for entry in entries for problem in entry.facts.problems)]
    problems.sort(key=lambda problem: (problem.path, problem.line, problem.message))
    scan = Scan(
        str(listing.root),
        tuple(entry.facts for entry in entries if not is_other(entry.facts.path)),
        tuple(problems),
        prints=tuple(entry.prints for entry in entries if entry.prints.prints),
        others=tuple(entry.facts for entry in entries if is_other(entry.facts.path)),
    )
    return replace(link(scan), seconds=time.perf_counter() - started)


def entries_of(
    sources: Sequence[Source],
    cache: Cache | None,
    *,
    jobs: int,
    progress: Progress | None = None,
    prints: Printer | None = None,
) -> list[Entry]:
    """What each of the sources yields, by path; see `scan_listing` for the rest. `cache` is brought up to date."""
    entries: list[Entry] = []
    made: dict[str, tuple[str, bytes]] = {}
    for done, outcome in enumerate(_read_all(sources, cache, jobs, prints), start=1):
        entry = decode(outcome) if isinstance(outcome, bytes) else outcome
        if isinstance(outcome, bytes):
            made[entry.facts.path] = entry.facts.digest, outcome
        entries.append(entry)
        if progress:
            progress(done, len(sources))
    if cache and made:
        cache.store(made, [source.path for source in sources])
    return sorted(entries, key=lambda entry: entry.facts.path)


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
    sources: Sequence[Source], cache: Cache | None, jobs: int, prints: Printer | None
) -> Iterator[bytes | Entry]:
    """What each file yields: an entry from the cache, else its JSON, freshly made (an entry where it has none)."""
    fresh: list[Source] = []
    for source in sources:
        known = cache.find(source.path, source.digest) if cache else None
        if known:
            yield known
        else:
            fresh.append(source)
    yield from _parse_all(fresh, jobs, prints)


def _parse_all(sources: Sequence[Source], jobs: int, prints: Printer | None) -> Iterable[bytes | Entry]:
    return mapped(partial(_entry, prints=prints), sources, jobs=jobs, parallel_from=PARALLEL_FROM, batch=_BATCH)


def _entry(source: Source, prints: Printer | None) -> bytes | Entry:
    entry = read_any(source, prints)
    try:
        return encode(entry)
    except UnicodeEncodeError:
        return entry
