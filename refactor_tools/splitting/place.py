"""Where the parts of a file go, and how imports are written from there."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from posixpath import dirname, join
from typing import Literal

from refactor_tools.codemods.text import Text
from refactor_tools.model.changes import Edit
from refactor_tools.scan.modules import place

INIT = "__init__.py"
_MODULE = re.compile(r"from\s*([.\s]*(?:[^\W\d][\w.]*)?)(?=\s*\bimport\b)")

Form = Literal["package", "beside", "init"]


@dataclass(frozen=True, slots=True)
class Place:
    """The file at `source` leaves a facade at `facade`; its parts go to `folder`.

    "package": `models.py` becomes `models/__init__.py`; "init": the file is a package's `__init__.py` already;
    "beside": the file stays. `module` is its dotted name before and after. `both` says that the facade is imported with
    and without its package.
    """

    source: str
    facade: str
    folder: str
    form: Form
    module: str
    source_root: str
    both: bool = False

    @property
    def below(self) -> bool:
        """Whether the parts are submodules of the facade."""
        return self.form != "beside"

    def part(self, stem: str) -> str:
        return join(self.folder, f"{stem}.py")

    def part_module(self, stem: str) -> str:
        """The dotted name of a part, as seen from the folder that the file is imported from."""
        if self.below:
            return f"{self.module}.{stem}"
        path = join(self.folder, stem)
        return path.removeprefix(f"{self.source_root}/" if self.source_root else "").replace("/", ".")

    def from_facade(self, stem: str) -> str:
        """What stands behind `from` in the facade, relative."""
        return relative(dirname(self.facade), self.folder, stem)

    def bare(self, stem: str) -> str:
        """The same where the facade is a script: its own folder is on the import path."""
        own = dirname(self.facade)
        return join(self.folder, stem).removeprefix(f"{own}/" if own else "").replace("/", ".")


def package_place(path: str, has_init: Callable[[str], bool]) -> Place:
    """The file becomes a package of its own name, or stays one."""
    at = place(path, has_init)
    if path.rpartition("/")[2] == INIT:
        return Place(path, path, dirname(path), "init", at.module, at.source_root)
    folder = path.removesuffix(".py")
    return Place(path, join(folder, INIT), folder, "package", at.module, at.source_root)


def folder_place(path: str, folder: str, has_init: Callable[[str], bool]) -> Place:
    """The file stays, its parts go to `folder`."""
    at = place(path, has_init)
    return Place(path, path, folder, "beside", at.module, at.source_root, both="/" in path)


def relative(folder: str, target: str, stem: str) -> str:
    """`.a.b` as seen from a file in `folder`; `target` is the folder of `stem`."""
    here, there = _parts(folder), _parts(target)
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    return "." * (len(here) - shared + 1) + ".".join([*there[shared:], *([stem] if stem else [])])


def _parts(folder: str) -> list[str]:
    return [part for part in folder.split("/") if part]


def relative_import_edits(text: Text, node: ast.AST, old_folder: str, new_folder: str) -> list[Edit]:
    """Edits after which the relative imports in `node` read, from `new_folder`, what they read from `old_folder`."""
    if old_folder == new_folder:
        return []
    edits = []
    for inner in ast.walk(node):
        if not isinstance(inner, ast.ImportFrom) or not inner.level:
            continue
        start = text.start(inner)
        match = _MODULE.match(text.value, start)
        if match is None:
            continue
        edits.append(Edit(match.start(1), match.end(1), moved_module(inner, old_folder, new_folder) + _gap(match[1])))
    return edits


def moved_module(node: ast.ImportFrom, old_folder: str, new_folder: str) -> str:
    """What stands behind `from` once the statement has moved from one folder to another."""
    above = _parts(old_folder)
    above = above[: len(above) - (node.level - 1)] if node.level > 1 else above
    target = [*above, *(node.module or "").split(".")] if node.module else above
    return relative(new_folder, "/".join(target), "")


def _gap(written: str) -> str:
    return written[len(written.rstrip()) :]
