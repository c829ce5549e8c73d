"""What stands in a tree's folders, for resolving imports: the scanned files and what lies beside them."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

_COMPILED = (".so", ".pyd", ".pyi")
_INSTALLED = ("site-packages", "dist-packages")

Kind = Literal["file", "compiled", "namespace", "missing"]


@dataclass(frozen=True, slots=True)
class Located:
    """The deepest module that a dotted name leads to: its path and how many parts of the name it took."""

    kind: Kind
    path: str = ""
    parts: int = 0


@dataclass(slots=True)
class Folders:
    """Folder listings of the tree under `root`, each read once. Folders are relative to it, "" is the root itself."""

    root: Path
    files: frozenset[str]
    _listings: dict[str, dict[str, bool]] = field(default_factory=dict)
    _compiled: dict[str, frozenset[str]] = field(default_factory=dict)
    _located: dict[tuple[str, str], Located] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path, files: Iterable[str]) -> "Folders":
        """The folders under `root`, with `files` in them whether they are on disk or not."""
        found = cls(root, frozenset(files))
        for path in found.files:
            found._add(path)
        return found

    def has_init(self, folder: str) -> bool:
        return "__init__.py" in self._listing(folder)

    def has_file(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        return self._listing(folder).get(name) is False

    def locate(self, folder: str, dotted: str) -> Located:
        """Follow `dotted` down from `folder` as Python's import system would."""
        key = (folder, dotted)
        if key not in self._located:
            self._located[key] = self._locate(folder, dotted.split(".") if dotted else [])
        return self._located[key]

    def _locate(self, folder: str, parts: list[str]) -> Located:
        best = Located("missing")
        for index, part in enumerate(parts, start=1):
            names = self._listing(folder)
            inner = f"{folder}/{part}" if folder else part
            if names.get(part) and self.has_init(inner):
                best = Located("file", f"{inner}/__init__.py", index)
            elif f"{part}.py" in names:
                return Located("file", f"{inner}.py", index)
            elif part in self._compiled[folder]:
                return Located("compiled", inner, index)
            elif names.get(part):
                best = Located("namespace", inner, index)
            else:
                break
            folder = inner
        return best

    def _listing(self, folder: str) -> dict[str, bool]:
        """Names in `folder`, and whether each is a folder."""
        known = self._listings.setdefault(folder, {})
        if "" not in known:
            known[""] = True
            for name, is_folder in self._on_disk(folder):
                known.setdefault(name, is_folder)
            self._compiled[folder] = frozenset(name.partition(".")[0] for name in known if name.endswith(_COMPILED))
        return known

    def _on_disk(self, folder: str) -> list[tuple[str, bool]]:
        # Beside an installed package stand packages that are nobody's neighbours.
        if folder.startswith("..") or (not folder and self.root.name in _INSTALLED):
            return []
        try:
            with os.scandir(self.root / folder) as entries:
                return [(entry.name, entry.is_dir()) for entry in entries]
        except OSError:
            return []

    def _add(self, path: str) -> None:
        is_folder = False
        while path:
            folder, _, name = path.rpartition("/")
            self._listings.setdefault(folder, {})[name] = is_folder
            path, is_folder = folder, True
