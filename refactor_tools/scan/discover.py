"""Which files a run reads, and why it does not read the others."""

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from refactor_tools.errors import RefactorError
from refactor_tools.model.facts import Problem
from refactor_tools.scan.kinds import CONFIGURATIONS, NOTEBOOK, READ, is_other
from refactor_tools.settings import INDEX, STATE, Settings

# Never anyone's source: passed over without a word, as version control itself is.
SILENT = frozenset(
    f"{STATE} .git .hg .svn .tox .nox .eggs .idea .vscode .ipynb_checkpoints .mypy_cache .ruff_cache .pytest_cache "
    ".hypothesis __pycache__ node_modules".split()
)
GENERATED = frozenset(("build", "dist", INDEX))
# Most of a large notebook is its outputs; a large configuration file is data.
_NOTEBOOK_BYTES = 20_000_000
_CONFIGURATION_BYTES = 500_000


@dataclass(frozen=True, slots=True)
class Discovered:
    """Absolute paths in a fixed order, and a problem for whatever was passed over.

    `files` are Python source; `others` are notebooks and configuration files, which may refer to it.
    """

    files: tuple[Path, ...]
    problems: tuple[Problem, ...]
    others: tuple[Path, ...] = ()


def discover(root: Path, paths: Sequence[Path], settings: Settings) -> Discovered:
    """All Python files, notebooks and configuration files in `paths`, which lie under `root`.

    A path that is named is always taken, also where the settings exclude it. Links to folders are followed once, after
    the folders that are really there.

    Raises:
        RefactorError: a path does not exist, or lies outside `root`.
    """
    walk = _Walk(root, settings)
    for path in paths:
        if not path.exists():
            raise RefactorError("no such file or folder", str(path))
        inside = root / walk.relative(path)
        if inside.is_dir():
            walk.folder(inside)
        else:
            walk.file(inside)
    walk.follow_links()
    walk.count_large()
    found = sorted(walk.files, key=walk.relative)
    return Discovered(
        tuple(path for path in found if not is_other(path.name)),
        tuple(sorted(walk.problems, key=_place)),
        tuple(path for path in found if is_other(path.name)),
    )


def relative_path(root: Path, path: Path) -> str:
    """`path` relative to `root` with "/".

    Raises:
        RefactorError: it lies outside.
    """
    for candidate in (Path(os.path.abspath(path)), path.resolve()):
        if candidate.is_relative_to(root):
            return candidate.relative_to(root).as_posix()
    raise RefactorError(f"lies outside the root {root}; give another --root", str(path))


@dataclass(slots=True)
class _Walk:
    root: Path
    settings: Settings
    files: set[Path] = field(default_factory=set)
    problems: set[Problem] = field(default_factory=set)
    _seen: dict[tuple[int, int], Path] = field(default_factory=dict)
    _links: list[Path] = field(default_factory=list)
    _large: Counter[Path] = field(default_factory=Counter)

    def relative(self, path: Path) -> str:
        return relative_path(self.root, path)

    def folder(self, top: Path) -> None:
        pending = [top]
        while pending:
            current = pending.pop()
            identity = _identity(current)
            if identity in self._seen:
                continue
            entries = self._entries(current)
            self._seen[identity] = current
            for entry in entries:
                path = current / entry.name
                if entry.is_symlink() and (path.is_dir() or path.suffix in READ):
                    self._links.append(path)
                elif not entry.is_dir(follow_symlinks=False):
                    if path.suffix in READ:
                        self.file(path)
                elif self._wanted(path):
                    pending.append(path)

    def file(self, path: Path) -> None:
        try:
            status = path.stat()
        except OSError as error:
            return self._skip(path, f"cannot be read: {error.strerror}")
        if not stat.S_ISREG(status.st_mode):
            return self._skip(path, "is not a regular file (a pipe, a socket or a device); not read")
        limit = self._limit(path)
        if status.st_size > limit:
            if path.suffix in CONFIGURATIONS:
                self._large[path.parent] += 1
                return None
            return self._skip(path, f"has {status.st_size} bytes; files over {limit} are not read (`max-file-bytes`)")
        identity = (status.st_dev, status.st_ino)
        first = self._seen.setdefault(identity, path)
        if first != path and path.is_symlink():
            return self._skip(path, f"is a link to {self.relative(first)}, which is read")
        self.files.add(path)
        return None

    def _limit(self, path: Path) -> int:
        own = self.settings.max_file_bytes
        if path.suffix == NOTEBOOK:
            return max(own, _NOTEBOOK_BYTES)
        return min(own, _CONFIGURATION_BYTES) if path.suffix in CONFIGURATIONS else own

    def count_large(self) -> None:
        """One problem for the large configuration files of a folder, however many there are."""
        for folder, count in self._large.items():
            files = "file" if count == 1 else "files"
            message = f"{count:,} large {files} of YAML or JSON not read (over {_CONFIGURATION_BYTES:,} bytes)"
            self._skip(folder, message)

    def follow_links(self) -> None:
        while self._links:
            link = min(self._links, key=str)
            self._links.remove(link)
            if not link.exists():
                self._skip(link, "is a link that leads nowhere")
            elif not link.is_dir():
                self.file(link)
            elif _identity(link) in self._seen:
                self._skip(link, self._why_not_followed(link))
            elif self._wanted(link):
                self.folder(link)

    def _why_not_followed(self, link: Path) -> str:
        target = link.resolve()
        if link.parent.resolve().is_relative_to(target):
            return "is a link to a folder that it lies in (a loop); not followed"
        return f"is a link to {self.relative(self._seen[_identity(link)])}, which is read"

    def _entries(self, folder: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self._skip(folder, f"cannot be listed: {error.strerror}")
            return []

    def _wanted(self, folder: Path) -> bool:
        if folder.name in SILENT or (folder / "pyvenv.cfg").exists():
            return False
        reason = self._excluded_as(folder)
        if reason:
            count = sum(1 for _ in _python_files(folder))
            if count:
                self._skip(folder, f"{count} {'file' if count == 1 else 'files'} not read: {reason}")
        return not reason

    def _excluded_as(self, folder: Path) -> str:
        relative = self.relative(folder)
        if any(_matches(relative, pattern) for pattern in self.settings.archive):
            return "an archive (`archive` in the settings)"
        if any(_matches(relative, pattern) for pattern in self.settings.exclude):
            return "excluded by the settings"
        return "generated, by its name" if folder.name in GENERATED else ""

    def _skip(self, path: Path, message: str) -> None:
        self.problems.add(Problem(self.relative(path), 0, message))


def _matches(relative: str, pattern: str) -> bool:
    """As in a .gitignore: a pattern without "/" names a folder at any depth."""
    subject = relative if "/" in pattern.rstrip("/") else relative.rpartition("/")[2]
    return fnmatchcase(subject, pattern.strip("/"))


def _python_files(folder: Path) -> Iterator[str]:
    for _, _, names in os.walk(folder):
        yield from (name for name in names if name.endswith(".py"))


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _place(problem: Problem) -> tuple[str, int, str]:
    return problem.path, problem.line, problem.message
