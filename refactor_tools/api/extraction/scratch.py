"""A copy of the tree in which a run is tried before it is applied."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from refactor_tools.errors import RefactorError
from refactor_tools.model.changes import FileChange
from refactor_tools.settings import STATE, Settings

_LEFT_OUT = {".git", ".hg", "__pycache__", "node_modules", "build", "dist", ".mypy_cache", ".ruff_cache", STATE}
_COPIED = {".py", ".pyi", ".toml", ".cfg", ".ini", ".json", ".yaml", ".yml", ".txt", ".typed"}


class Scratch:
    """The copy, and what has been written to it. `settings` are the tree's own with the copy as root."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.origin = settings.root
        self.settings = replace(settings, root=folder)
        self.touched: dict[str, None] = {}

    @property
    def root(self) -> Path:
        return self.settings.root

    def read(self, path: str) -> str | None:
        """A file's text with its line ends, None where there is no such file."""
        try:
            return (self.root / path).read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            return None

    def write(self, path: str, data: str | bytes | None) -> None:
        """Write a file of the copy; None removes it."""
        self.touched[path] = None
        place = self.root / path
        if data is None:
            place.unlink(missing_ok=True)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data.encode() if isinstance(data, str) else data)

    def mark(self) -> dict[str, bytes | None]:
        """What `back_to` returns to."""
        return {path: _bytes(self.root / path) for path in self.touched}

    def back_to(self, mark: dict[str, bytes | None]) -> None:
        for path in list(self.touched):
            before = mark[path] if path in mark else _bytes(self.origin / path)
            self.write(path, before)
        self.touched = dict.fromkeys(mark)

    def changes(self) -> tuple[FileChange, ...]:
        """What has to be done to the tree to make it what the copy is."""
        found = (
            FileChange(path, _bytes(self.origin / path), _bytes(self.root / path)) for path in sorted(self.touched)
        )
        return tuple(change for change in found if change.changes)


@contextmanager
def scratch_copy(settings: Settings) -> Iterator[Scratch]:
    """A copy of everything in the tree that proofs may need: sources, settings and the component index."""
    with TemporaryDirectory(prefix="refactor-tools-") as folder:
        _copy(settings.root, Path(folder), settings)
        yield Scratch(settings, Path(folder).resolve())


def _copy(origin: Path, target: Path, settings: Settings) -> None:
    for folder, names, files in os.walk(origin):
        here = Path(folder)
        names[:] = sorted(name for name in names if not _skipped(here / name))
        place = target / here.relative_to(origin)
        place.mkdir(parents=True, exist_ok=True)
        for name in sorted(files):
            source = here / name
            if source.suffix in _COPIED and source.is_file() and source.stat().st_size <= settings.max_file_bytes:
                _copy_file(source, place / name)


def _skipped(folder: Path) -> bool:
    return folder.name in _LEFT_OUT or folder.is_symlink() or (folder / "pyvenv.cfg").exists()


def _copy_file(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
    except PermissionError:
        return
    except OSError as error:
        raise RefactorError(f"the scratch copy cannot be made: {error.strerror}", str(source)) from error


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
