"""All facts of a tree: discover, read, parse where the cache has nothing, link."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from refactor_tools.model.facts import FileFacts, Problem, Scan, Source
from refactor_tools.scan.cache import Cache
from refactor_tools.scan.discover import discover, relative_path
from refactor_tools.scan.kinds import is_other
from refactor_tools.scan.link import link
from refactor_tools.scan.others import facts_of
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
) -> Scan:
    """The facts of all Python files, notebooks and configuration files in `paths`, by path; nothing of them is run.

    `jobs` is the number of processes (0: one a core), used from a few hundred files on. `progress` is called with the
    number of files done and of all. With `cache`, facts are kept in `.refactor-tools/cache/` if that can be written.

    Raises:
        RefactorError: a path does not exist or lies outside `root`.
    """
    started = time.perf_counter()
    found = discover(root, paths, settings)
    names = [relative_path(root, file) for file in (*found.files, *found.others)]
    before = Cache.load(root) if cache else None
    files: list[FileFacts] = []
    problems = list(found.problems)
    for done, outcome in enumerate(_read_all(root, names, before, jobs), start=1):
        if isinstance(outcome, Problem):
            problems.append(outcome)
        else:
            files.append(outcome)
            problems.extend(outcome.problems)
        if progress:
            progress(done, len(names))
    if before and any(before.digest(facts.path) != facts.digest for facts in files):
        before.store(root, files)
    problems.sort(key=lambda problem: (problem.path, problem.line, problem.message))
    files.sort(key=lambda facts: facts.path)
    sources = tuple(facts for facts in files if not is_other(facts.path))
    others = tuple(facts for facts in files if is_other(facts.path))
    linked = link(Scan(str(root), sources, tuple(problems), others=others))
    return replace(linked, seconds=time.perf_counter() - started)


def reader(root: Path) -> Callable[[str], Source | None]:
    """A function from a path under `root` to its source, None where it cannot be read. Sources are read once."""
    known: dict[str, Source | None] = {}

    def read(path: str) -> Source | None:
        if path not in known:
            outcome = read_source(root, path)
            known[path] = outcome if isinstance(outcome, Source) else None
        return known[path]

    return read


def _read_all(root: Path, names: Sequence[str], cache: Cache | None, jobs: int) -> Iterator[FileFacts | Problem]:
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
    yield from _parse_all(fresh, jobs)


def _parse_all(sources: Sequence[Source], jobs: int) -> Iterable[FileFacts]:
    workers = jobs or os.cpu_count() or 1
    if workers == 1 or len(sources) < PARALLEL_FROM:
        return map(facts_of, sources)
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=workers, return_as="generator", batch_size=32)
    outcomes: Iterable[FileFacts] = parallel(delayed(facts_of)(source) for source in sources)
    return outcomes
