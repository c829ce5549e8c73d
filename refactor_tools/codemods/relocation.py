"""A module or package that goes to another place, and what its files are called before and after."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from posixpath import relpath

from refactor_tools.codemods.import_modules import INIT, Module, ModuleTable
from refactor_tools.scan.modules import place


@dataclass(frozen=True)
class Relocation:
    """`old` and `new` are the dotted names of `root` (the module or package that moves) before and after, `files` the
    new path of each file that moves; `before` and `after` are the tree's files on either side."""

    root: Module
    old: str
    new: str
    files: Mapping[str, str]
    before: ModuleTable
    after: ModuleTable

    @cached_property
    def word(self) -> re.Pattern[str]:
        """What a file must hold to name the module in any way."""
        return re.compile(rf"\b{re.escape(self.old.rpartition('.')[2])}\b")

    def path(self, path: str) -> str:
        return self.files.get(path, path)

    def holds(self, found: object) -> bool:
        """Whether a module of the tree before is the one that moves, or stands in it."""
        if not isinstance(found, Module):
            return False
        folder = self.root.folder
        if folder is None:
            return found == self.root
        return f"{_base(found)}/".startswith(f"{folder}/")

    def renamed(self, found: Module) -> str:
        """The new dotted name of a module that moves."""
        return self.new + _base(found)[len(_base(self.root)) :].replace("/", ".")

    def moved(self, found: Module) -> Module:
        """The same module in the tree after."""
        if not self.holds(found):
            return found
        path = None if found.path is None else self.files.get(found.path)
        if found.folder is None:
            return Module(path)
        shift = _base(found)[len(_base(self.root)) :]
        return Module(path, self.new_folder + shift)

    def dotted(self, found: Module) -> str | None:
        """The absolute name of a module of the tree after that works from any folder; None for a script's neighbour."""
        if self.holds(found):
            return self.renamed(found)
        path = found.path or f"{found.folder}/{INIT}"
        here = place(path, lambda folder: self.after.has_init(folder) or folder == found.folder)
        return None if here.script_folder and here.source_root else here.module

    @cached_property
    def new_folder(self) -> str:
        """Where the package's folder goes; "" for a module."""
        old = self.root.folder or ""
        for before, after in self.files.items():
            inner = relpath(before, old)
            return after.removesuffix(f"/{inner}")
        return ""


def _base(found: Module) -> str:
    """The path that the module's parts follow: its folder, or its file without the suffix."""
    return found.folder if found.folder is not None else (found.path or "").removesuffix(".py")


def source_root_of(path: str, table: ModuleTable) -> str:
    """The folder that the file is imported from."""
    return place(path, table.has_init).source_root
