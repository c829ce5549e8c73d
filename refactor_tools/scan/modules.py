"""The dotted name of a file. Standard library only: the gate names modules the same way."""

from collections.abc import Callable
from dataclasses import dataclass
from posixpath import dirname

SOURCE_FOLDER = "src"


@dataclass(frozen=True, slots=True)
class ModulePlace:
    """Where a file is imported from: `module` under the folder `source_root` ("" for the root itself).

    `script_folder` is true where the file's folder has no `__init__.py`: its files import each other by their bare
    names, and only while that folder is on `sys.path`.
    """

    source_root: str
    module: str
    script_folder: bool


def place(path: str, has_init: Callable[[str], bool]) -> ModulePlace:
    """Name the module in `path` (relative, with "/"); `has_init` says whether a folder holds an `__init__.py`.

    The source root is the nearest folder upwards that is called `src` or has no `__init__.py`. What is no module, as a
    notebook, runs in its own folder.
    """
    folder, _, filename = path.rpartition("/")
    stem = filename.removesuffix(".py")
    if not has_init(folder) or stem == filename:
        return ModulePlace(folder, stem, script_folder=True)
    parts = [] if stem == "__init__" else [stem]
    while _belongs_to_package(folder, has_init):
        parts.insert(0, folder.rpartition("/")[2])
        folder = dirname(folder)
    return ModulePlace(folder, ".".join(parts) or stem, script_folder=False)


def _belongs_to_package(folder: str, has_init: Callable[[str], bool]) -> bool:
    return folder not in ("", ".") and folder.rpartition("/")[2] != SOURCE_FOLDER and has_init(folder)
