"""Which file of the tree an import means, from paths alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from posixpath import dirname, join

from refactor_tools.scan.modules import SOURCE_FOLDER, place

INIT = "__init__.py"


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the tree: its file (None for a folder without `__init__.py`) and, for a package, its folder."""

    path: str | None
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """An import that may mean any of these files, or none of them."""

    paths: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class ModuleTable:
    """All Python files of a tree by path."""

    paths: frozenset[str]

    @classmethod
    def of(cls, paths: Iterable[str]) -> "ModuleTable":
        return cls(frozenset(paths))

    def imported(self, consumer: str, module: str, level: int) -> Module | Unclear | None:
        """What `from <level dots><module> import ...` in `consumer` reads; None for what is not in the tree."""
        folder = dirname(consumer)
        if level:
            for _ in range(level - 1):
                if not folder:
                    return None
                folder = dirname(folder)
            return self._below(folder, module)
        if not self.has_init(folder):
            sibling = self._below(folder, module)
            if sibling is not None:
                return sibling
        return self._absolute(consumer, module)

    def submodule(self, module: Module, name: str) -> Module | None:
        return None if module.folder is None else self._below(module.folder, name)

    def has_init(self, folder: str) -> bool:
        return join(folder, INIT) in self.paths

    def elsewhere(self, consumer: str, module: str) -> tuple[str, ...]:
        """Files in other script folders that a bare `import module` finds once `sys.path` leads there."""
        folders = (folder for folder in self._script_folders if folder != dirname(consumer))
        found = (self._below(folder, module) for folder in folders)
        return tuple(sorted({at.path for at in found if at is not None and at.path is not None}))

    def _absolute(self, consumer: str, module: str) -> Module | Unclear | None:
        own = place(consumer, self.has_init).source_root
        found = self._below(own, module)
        if found is not None and found.path is not None:
            return found
        others = [at for root in self.source_roots if (at := self._below(root, module))]
        files = sorted({at.path for at in others if at.path is not None})
        if len(files) > 1:
            return Unclear(tuple(files), f"`{module}` may be {' or '.join(files)}")
        if files:
            return next(at for at in others if at.path is not None)
        # In a package folder the bare name of a neighbour works only for files that are run as scripts from there.
        return found or (others[0] if others else self._below(dirname(consumer), module))

    def _below(self, folder: str, module: str) -> Module | None:
        path = join(folder, *module.split(".")) if module else folder
        if join(path, INIT) in self.paths:
            return Module(join(path, INIT), path)
        if module and f"{path}.py" in self.paths:
            return Module(f"{path}.py")
        return Module(None, path) if path in self._folders else None

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(folder for path in self.paths for folder in _folders_of(path))

    @cached_property
    def _script_folders(self) -> tuple[str, ...]:
        return tuple(sorted({dirname(path) for path in self.paths if not self.has_init(dirname(path))}))

    @cached_property
    def source_roots(self) -> tuple[str, ...]:
        """Folders that stand on `sys.path` without anyone's doing: the root, `src`, and those above packages."""
        packages = {dirname(path) for path in self.paths if path.endswith(f"/{INIT}")}
        tops = {dirname(folder) for folder in packages if not self.has_init(dirname(folder))}
        return tuple(sorted({"", *tops, *(folder for folder in self._folders if _is_source_folder(folder))}))


def _folders_of(path: str) -> Iterator[str]:
    folder = dirname(path)
    while folder:
        yield folder
        folder = dirname(folder)


def _is_source_folder(folder: str) -> bool:
    return folder.rpartition("/")[2] == SOURCE_FOLDER
