"""The files of a tree as they are now, before anything is read out of them."""

import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import all_suffixes
from pathlib import Path

from refactor_tools.model.facts import Problem, Source
from refactor_tools.scan.discover import discover, relative_path
from refactor_tools.scan.read import read_source
from refactor_tools.settings import Settings


@dataclass(frozen=True, slots=True)
class Listing:
    """Sources by path, Python's before others', and what could not be listed or read."""

    root: Path
    sources: tuple[Source, ...]
    problems: tuple[Problem, ...]

    def digest(self, *more: object) -> str:
        """A digest of everything that an analysis depends on: the files, what is installed here, and `more`."""
        digest = hashlib.sha256(repr((sys.version, _installed(), self.problems, more)).encode(errors="replace"))
        for source in self.sources:
            digest.update(f"{source.path}\0{source.digest}\0".encode(errors="replace"))
        return digest.hexdigest()


def list_tree(root: Path, paths: Sequence[Path], settings: Settings) -> Listing:
    """All Python files, notebooks and configuration files in `paths`, read.

    Raises:
        RefactorError: a path does not exist or lies outside `root`.
    """
    found = discover(root, paths, settings)
    outcomes = [read_source(root, relative_path(root, file)) for file in (*found.files, *found.others)]
    unread = (outcome for outcome in outcomes if isinstance(outcome, Problem))
    return Listing(
        root, tuple(outcome for outcome in outcomes if isinstance(outcome, Source)), (*found.problems, *unread)
    )


def _installed() -> list[tuple[str, list[str]]]:
    """What stands where modules are looked for: it decides which imports lead out of the tree."""
    found = []
    for folder in sys.path:
        try:
            names = sorted(entry.name for entry in os.scandir(folder or ".") if _may_be_imported(entry.name))
        except OSError:
            names = []
        found.append((folder, names))
    return found


def _may_be_imported(name: str) -> bool:
    """Whether it is a module or, without a suffix that modules do not have, maybe a package or an installed project."""
    return "." not in name or name.endswith((*all_suffixes(), ".dist-info", ".egg-info", ".pth"))
