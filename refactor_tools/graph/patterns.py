"""Modules whose names are computed in part, and every file of the tree that they may be."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname

from refactor_tools.model.facts import Import
from refactor_tools.scan.modules import SOURCE_FOLDER
from refactor_tools.scan.resolve import Resolver

# Less literal text than this says nothing about a name.
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Patterns:
    """The names that the files of one tree can be imported by."""

    resolver: Resolver
    names: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, resolver: Resolver) -> "Patterns":
        return cls(resolver, tuple((_importable_name(path, resolver), path) for path in sorted(resolver.files)))

    def matching(self, path: str, found: Import) -> Iterator[str]:
        """The files that the import `found` of the file `path` may mean: a "*" in it stands for one name."""
        written = found.module
        if found.level:
            written = ".".join(part for part in (self._package(path, found.level), written) if part)
        elif len(re.sub(r"[*.]", "", written)) < _SHORTEST:
            return
        pattern = re.compile(re.escape(written).replace(r"\*", r"\w+"))
        beside = {folder for folder, _ in self.resolver.search_path(path, "")}
        for name, target in self.names:
            bare = name.rpartition(".")[2]
            by_folder = "." not in written and dirname(target) in beside and pattern.fullmatch(bare)
            if target != path and (pattern.fullmatch(name) or by_folder):
                yield target

    def _package(self, path: str, level: int) -> str:
        folder = dirname(path)
        for _ in range(level - 1):
            folder = dirname(folder)
        return _importable_name(f"{folder}/__init__.py" if folder else "__init__.py", self.resolver)


def _importable_name(path: str, resolver: Resolver) -> str:
    """The module of `path`; for a script folder's file the name under its folder's path, as a namespace gives it."""
    place = resolver.place(path)
    if not place.script_folder:
        return place.module
    folders = [part for part in dirname(path).split("/") if part]
    if SOURCE_FOLDER in folders:
        folders = folders[len(folders) - folders[::-1].index(SOURCE_FOLDER) :]
    stem = [] if place.module == "__init__" else [place.module]
    return ".".join([*folders, *stem])
