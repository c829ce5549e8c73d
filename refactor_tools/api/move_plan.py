"""Which files a move takes where."""

from __future__ import annotations

import os
from posixpath import dirname, join
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from refactor_tools.codemods.import_modules import Module, ModuleTable
    from refactor_tools.codemods.relocation import Relocation
    from refactor_tools.settings import Settings

_LEFT = frozenset(("__pycache__",))


def has_moved(table: ModuleTable, old: str, new: str) -> bool:
    """Whether `new` is there and `old` is not."""
    return _module(table, old) is None and _module(table, new) is not None


def planned(settings: Settings, table: ModuleTable, old: str, new: str) -> Relocation:
    """The move of `old` to `new`, each a dotted name or a path.

    Raises:
        RefactorError: there is no `old`, or `new` is no name for a module.
    """
    from refactor_tools.codemods.import_modules import ModuleTable
    from refactor_tools.codemods.relocation import Relocation, source_root_of
    from refactor_tools.errors import RefactorError
    from refactor_tools.scan.modules import place

    root = _module(table, old)
    if root is None:
        raise RefactorError("no such module or package in the tree", old)
    sample = root.path or f"{root.folder}/__init__.py"
    old_root = source_root_of(sample, table) if root.path else dirname(root.folder or "")
    target = _target(settings, table, root, old_root, new)
    files = dict(_files(settings, root, target))
    after = ModuleTable.of({files.get(path, path) for path in table.paths})
    after = ModuleTable.of({*after.paths, *_packages(settings, table, root, target)})
    name = place(sample, lambda folder: table.has_init(folder) or folder == root.folder).module
    return Relocation(root, name, _dotted(root, target, table, after), files, table, after)


def _dotted(root: Module, target: str, table: ModuleTable, after: ModuleTable) -> str:
    """The name that the new place is imported by."""
    from refactor_tools.scan.modules import place

    base = target.removesuffix(".py")
    sample = target if root.folder is None else f"{base}/__init__.py"
    here = place(sample, lambda folder: after.has_init(folder) or folder == base)
    beside = dirname(target) == dirname(root.path or root.folder or "") and root.folder is None
    if not here.script_folder or beside:
        return here.module
    # No package around it: its folders are named from the nearest source root.
    roots = [folder for folder in table.source_roots if not folder or base.startswith(f"{folder}/")]
    return base.removeprefix(f"{max(roots, key=len)}/").replace("/", ".")


def new_packages(settings: Settings, relocation: Relocation) -> Iterator[str]:
    """The `__init__.py` files that the new place needs: a package's module goes on standing in packages."""
    yield from sorted(relocation.after.paths - relocation.before.paths - set(relocation.files.values()))


def _module(table: ModuleTable, named: str) -> Module | None:
    from refactor_tools.codemods.import_modules import INIT, Module

    path = named.rstrip("/")
    if path.endswith(f"/{INIT}"):
        path = dirname(path)
    if path in table.paths:
        return Module(path)
    if f"{path}/{INIT}" in table.paths:
        return Module(f"{path}/{INIT}", path)
    if any(other.startswith(f"{path}/") for other in table.paths):
        return Module(None, path)
    found = None if "/" in path else table.imported("", path, 0)
    if isinstance(found, Module):
        return found
    # A script's neighbour goes by its bare name.
    beside = () if "/" in path else table.elsewhere("", path)
    return Module(beside[0]) if len(beside) == 1 else None


def _target(settings: Settings, table: ModuleTable, root: Module, old_root: str, new: str) -> str:
    """The path of the file or folder that `new` names."""
    from refactor_tools.errors import RefactorError

    path = new.rstrip("/")
    parts = path.removesuffix(".py").split("/") if "/" in path or path.endswith(".py") else path.split(".")
    if not all(part.isidentifier() for part in parts):
        raise RefactorError("is no name of a module: its parts must be Python names", new)
    if "/" in path or path.endswith(".py"):
        return "/".join(parts) + (".py" if root.folder is None else "")
    heads = [folder for folder in dict.fromkeys((old_root, "", "src")) if (settings.root / folder / parts[0]).is_dir()]
    base = heads[0] if heads else old_root
    return join(base, *parts) + (".py" if root.folder is None else "")


def _files(settings: Settings, root: Module, target: str) -> Iterator[tuple[str, str]]:
    """Every file that goes, bytecode left behind. A module takes its stub with it."""
    if root.folder is None:
        assert root.path is not None
        yield root.path, target
        stub = f"{root.path}i"
        if (settings.root / stub).is_file():
            yield stub, f"{target}i"
        return
    for folder, inner, names in os.walk(settings.root / root.folder):
        inner[:] = sorted(name for name in inner if name not in _LEFT)
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), settings.root).replace(os.sep, "/")
            if not path.endswith(".pyc"):
                yield path, target + path[len(root.folder) :]


def _packages(settings: Settings, table: ModuleTable, root: Module, target: str) -> Iterator[str]:
    """The new folders above `target` become packages where the old place stood in one."""
    old = root.folder if root.folder is not None else root.path
    folder = dirname(target)
    if not table.has_init(dirname(old or "")) and not (root.folder and root.path and "/" not in root.folder):
        return
    made = []
    while folder and not (settings.root / folder).exists():
        made.append(f"{folder}/__init__.py")
        folder = dirname(folder)
    # In a folder that is neither a package nor a source root they would be packages under another name.
    if folder in table.source_roots or (settings.root / folder / "__init__.py").exists():
        yield from made
