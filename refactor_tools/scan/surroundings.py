"""The files under the root that a run was not asked to read, as far as they import what it reads."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from refactor_tools.model.facts import Scan, Source
from refactor_tools.scan.cache import Cache
from refactor_tools.scan.discover import discover, relative_path
from refactor_tools.scan.link import link
from refactor_tools.scan.listing import Listing
from refactor_tools.scan.read import read_source
from refactor_tools.scan.tree import entries_of
from refactor_tools.settings import Settings

# An import, with the names in its brackets, or a call that imports.
_IMPORTING = re.compile(rb"(?:import|from)(?:[^\n(]|\([^)]*\))*")
_WORD = re.compile(rb"\w+")


def surroundings(listing: Listing, paths: Sequence[Path], settings: Settings) -> tuple[Source, ...]:
    """The Python files outside `paths` whose imports hold the name of a module of `listing`.

    Those that cannot be read are passed over: they are no part of what was asked for.
    """
    root = settings.root
    known = {source.path for source in listing.sources}
    modules = {os.fsencode(_module(path)) for path in known if path.endswith(".py")}
    if not modules or any(path.resolve() == root for path in paths):
        return ()
    others = (relative_path(root, path) for path in discover(root, [root], settings).files)
    return tuple(source for name in others if name not in known for source in _importing(root, name, modules))


def with_surroundings(scan: Scan, sources: Sequence[Source], *, jobs: int = 1, cache: bool = False) -> Scan:
    """`scan` with the facts, without prints, of the `sources` around it, by `jobs` processes where there are many.

    With `cache` they are kept for the next run.
    """
    if not sources:
        return scan
    before = Cache.load(Path(scan.root), "surroundings") if cache else None
    around = (entry.facts for entry in entries_of(sources, before, jobs=jobs))
    files = sorted((*scan.files, *around), key=lambda facts: facts.path)
    return link(replace(scan, files=tuple(files)))


def _module(path: str) -> str:
    """The last part of the module's name."""
    return path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]


def _importing(root: Path, name: str, modules: set[bytes]) -> Iterator[Source]:
    """The file's source, if it may import one of these modules."""
    try:
        text = (root / name).read_bytes()
    except OSError:
        return
    if any(not modules.isdisjoint(_WORD.findall(found)) for found in _IMPORTING.findall(text)):
        source = read_source(root, name)
        if isinstance(source, Source):
            yield source
