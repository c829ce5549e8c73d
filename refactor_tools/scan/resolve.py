"""Where an import leads, found by reading folders and never by importing."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from pathlib import Path

from refactor_tools.model.facts import EdgeVia, FileFacts, Import, Scan
from refactor_tools.scan.folders import Folders, Located
from refactor_tools.scan.modules import SOURCE_FOLDER, ModulePlace, place

# The folder that Python was started in is not known: each folder above a file may have been it.
GUESSED = "started from another folder"
_STANDARD = sys.stdlib_module_names | {"__main__"}


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where one import leads: a file of the tree and the attributes in it, or the name of an `external` module.

    `reason` says why it leads nowhere; `how` in which hidden way it was found ("" for an ordinary
    one); `module` is the dotted name that the file is loaded under ("" where the import says only a part of it).
    """

    path: str = ""
    attributes: tuple[str, ...] = ()
    module: str = ""
    external: str = ""
    via: EdgeVia = "plain"
    reason: str = ""
    how: str = ""


@dataclass(slots=True)
class Resolver:
    """Resolves the imports of one scanned tree: `files` can be imported, `readers` import."""

    folders: Folders
    files: dict[str, FileFacts]
    readers: dict[str, FileFacts]
    _places: dict[str, ModulePlace] = field(default_factory=dict)
    _roots: tuple[str, ...] = ()
    _package_roots: frozenset[str] = frozenset()
    _edited: tuple[tuple[str, str], ...] = ()
    _near: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _installed: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, scan: Scan) -> "Resolver":
        files = {facts.path: facts for facts in scan.files}
        readers = files | {facts.path: facts for facts in scan.others}
        resolver = cls(Folders.of(Path(scan.root), files), files, readers)
        packaged = (resolver.place(path) for path in files)
        roots = {found.source_root for found in packaged if not found.script_folder}
        resolver._package_roots = frozenset(roots)
        resolver._roots = tuple(sorted(roots | {"", SOURCE_FOLDER}))
        resolver._edited = tuple(
            sorted({(_folder(path), folder) for path, facts in readers.items() for folder in facts.sys_paths})
        )
        return resolver

    def place(self, path: str) -> ModulePlace:
        """The module that `path` is."""
        if path not in self._places:
            self._places[path] = place(path, self.folders.has_init)
        return self._places[path]

    def resolve(self, path: str, found: Import) -> Resolution:
        """Where the import `found` in the file `path` leads."""
        dotted = ".".join(part for part in (found.module, found.name if found.name != "*" else "") if part)
        needed = found.module.count(".") + 1 if found.module else 0
        if found.level:
            return self._relative(path, found, dotted, needed)
        partial: tuple[Located, str] | None = None
        in_package = not self.place(path).script_folder
        for folder, how in self._search_path(path, dotted.partition(".")[0]):
            located = self.folders.locate(folder, dotted)
            # A script is never what it imports itself: `import types` in types.py means the standard library.
            if located.kind in ("file", "compiled") and (located.path != path or (in_package and not how)):
                if how == GUESSED and not self._is_plausible(path, found, located, dotted, needed):
                    continue
                if located.parts >= needed or located.kind == "compiled":
                    return self._reached(located, found, dotted, needed, how)
                partial = partial or (located, how)
        if partial and not self.is_external(found.module):
            return self._reached(partial[0], found, dotted, needed, partial[1])
        return self._external(found)

    def packages(self, source: str, target: str) -> Iterator[str]:
        """The `__init__.py` files that importing `target` runs first, those of packages that `source` lies in aside."""
        root, folder = self.place(target).source_root, _folder(target)
        while folder and folder != root and not f"{source}/".startswith(f"{folder}/"):
            package = f"{folder}/__init__.py"
            if package != target and package in self.files:
                yield package
            folder = _folder(folder)

    def _relative(self, path: str, found: Import, dotted: str, needed: int) -> Resolution:
        folder = _folder(path)
        for _ in range(found.level - 1):
            if not folder:
                return Resolution(reason="reaches above the root")
            folder = _folder(folder)
        located = self.folders.locate(folder, dotted)
        if located.parts < max(needed, 1) and not found.module and self.folders.has_init(folder):
            package = f"{folder}/__init__.py" if folder else "__init__.py"
            located = Located("file", package, 0)
        return self._reached(located, found, dotted, needed, "")

    def _reached(self, located: Located, found: Import, dotted: str, needed: int, how: str) -> Resolution:
        by_string = found.via == "string"
        via: EdgeVia = "string" if by_string else "sys-path" if how else found.via
        parts = tuple(dotted.split(".")) if dotted else ()
        if located.kind == "compiled":
            return Resolution(external=located.path.replace("/", "."), via=via)
        if located.kind != "file" or located.parts < needed:
            missing = ".".join(parts[: located.parts + 1])
            return Resolution(reason=f"no module `{missing}` in the tree")
        return Resolution(
            located.path,
            parts[located.parts :],
            module="" if found.level else ".".join(parts[: located.parts]),
            via=via,
            how=how or ("import by string" if by_string and found.name is None else ""),
        )

    def _is_plausible(self, path: str, found: Import, located: Located, dotted: str, needed: int) -> bool:
        """Whether a neighbour is meant, and not a package of that name which is merely not installed here."""
        if located.kind != "file" or located.parts < needed:
            return False
        folder = _folder(located.path)
        if located.path.endswith("__init__.py"):
            if _contains(folder, path):
                return False  # a package that wraps another one of its name
            folder = _folder(folder)
        if found.name is None:
            return folder == _folder(path) and found.kind == "runtime"
        facts = self.files.get(located.path)
        attributes = dotted.split(".")[located.parts :]
        return facts is None or not attributes or attributes[0] in facts.bound

    def search_path(self, path: str, top: str) -> Iterator[tuple[str, str]]:
        """Folders that `path` itself says its imports of `top` are looked for in, each with how it got there."""
        here, own = _folder(path), self.place(path)
        if own.script_folder:
            # Beside packages a bare name is how those packages are meant to be imported, too.
            yield here, "" if here in self._package_roots else "script folder"
        for folder in self.readers[path].sys_paths:
            yield folder, "sys.path"
        if not own.script_folder:
            yield own.source_root, ""
        if top not in _STANDARD:
            for folder in self._nearest_roots(here):
                yield folder, ""

    def _search_path(self, path: str, top: str) -> Iterator[tuple[str, str]]:
        """The same, and then folders that it would need to be started from."""
        here = _folder(path)
        yield from self.search_path(path, top)
        if self.is_external(top):
            return
        for editor, folder in self._edited:
            if _contains(editor, here) or (_contains(folder, here) and not self.folders.has_init(folder)):
                yield folder, "sys.path of another file"
        while here:
            yield here, GUESSED
            here = _folder(here)

    def _nearest_roots(self, folder: str) -> tuple[str, ...]:
        if folder not in self._near:
            self._near[folder] = tuple(sorted(self._roots, key=lambda root: (-_shared(root, folder), root)))
        return self._near[folder]

    def _external(self, found: Import) -> Resolution:
        reason = "" if self.is_external(found.module) else "neither in the tree nor installed here"
        return Resolution(external=found.module, via=found.via, reason=reason)

    def is_external(self, module: str) -> bool:
        """Whether the standard library or an installed package has the module."""
        top = module.partition(".")[0]
        return top in _STANDARD or self._is_installed(top)

    def _is_installed(self, top: str) -> bool:
        if top not in self._installed:
            self._installed[top] = PathFinder.find_spec(top) is not None
        return self._installed[top]


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _contains(folder: str, path: str) -> bool:
    return not folder or f"{path}/".startswith(f"{folder}/")


def _shared(root: str, folder: str) -> int:
    """How many leading folders two paths share."""
    count = 0
    for ours, theirs in zip(root.split("/"), folder.split("/"), strict=False):
        if ours != theirs:
            break
        count += 1
    return count
