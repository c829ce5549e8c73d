"""Which files a run reads, and why it does not read the others."""

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from refactor_tools.errors import RefactorError
from refactor_tools.model.facts import Problem, Skipped
from refactor_tools.scan.ignored import Ignored
from refactor_tools.scan.kinds import CONFIGURATIONS, NOTEBOOK, READ, is_other, is_text
from refactor_tools.settings import INDEX, STATE, Settings

# Never anyone's source: passed over without a word, as version control itself is.
SILENT = frozenset(
    f"{STATE} .git .hg .svn .tox .nox .eggs .idea .vscode .ipynb_checkpoints .mypy_cache .ruff_cache .pytest_cache "
    ".hypothesis __pycache__ node_modules".split()
)
GENERATED = frozenset(("build", "dist", INDEX))
_ORIGINALS = "originals"
# Most of a large notebook is its outputs; a large configuration file is data.
_NOTEBOOK_BYTES = 20_000_000
_CONFIGURATION_BYTES = 500_000


@dataclass(frozen=True, slots=True)
class Discovered:
    """Absolute paths in a fixed order, and a problem for whatever was passed over.

    `files` are Python source; `others` are notebooks and configuration files, which may refer to it, and `texts` other
    documents, settings and scripts.
    """

    files: tuple[Path, ...]
    problems: tuple[Problem, ...]
    others: tuple[Path, ...] = ()
    texts: tuple[Path, ...] = ()


def discover(root: Path, paths: Sequence[Path], settings: Settings, *, texts: bool = False) -> Discovered:
    """All Python files, notebooks and configuration files in `paths`, which lie under `root`; with `texts` also others
    that may name modules.

    A path that is named is always taken, also where the settings or a .gitignore exclude it. Links to folders are
    followed once, after the folders that are really there.

    Raises:
        RefactorError: a path does not exist, or lies outside `root`.
    """
    walk = _Walk(root, settings, Ignored(root), texts)
    for path in paths:
        if not _exists(path):
            raise RefactorError("no such file or folder", str(path))
        walk.named(root / walk.relative(path))
    walk.follow_links()
    walk.count_large()
    found = sorted(walk.files, key=walk.relative)
    written = {path for path in found if texts and path.suffix not in READ and is_text(path)}
    return Discovered(
        tuple(path for path in found if not is_other(path.name) and path not in written),
        tuple(sorted(walk.problems, key=_place)),
        tuple(path for path in found if is_other(path.name)),
        tuple(path for path in found if path in written),
    )


def relative_path(root: Path, path: Path) -> str:
    """`path` relative to `root` with "/".

    Raises:
        RefactorError: it lies outside.
    """
    for absolute in (os.path.abspath, os.path.realpath):
        candidate = Path(absolute(path))
        if candidate.is_relative_to(root):
            return candidate.relative_to(root).as_posix()
    raise RefactorError(f"lies outside the root {root}; give another --root", str(path))


@dataclass(slots=True)
class _Walk:
    root: Path
    settings: Settings
    ignored: Ignored
    texts: bool = False
    files: set[Path] = field(default_factory=set)
    problems: set[Problem] = field(default_factory=set)
    _seen: dict[tuple[int, int] | None, Path] = field(default_factory=dict)
    _links: list[tuple[Path, Path | None]] = field(default_factory=list)
    _large: Counter[Path] = field(default_factory=Counter)

    def relative(self, path: Path) -> str:
        return relative_path(self.root, path)

    def named(self, path: Path) -> None:
        if _is_folder(path):
            self.folder(path, path if self.ignored.leaves_out(path) else None)
        else:
            self.file(path)

    def folder(self, top: Path, start: Path | None) -> None:
        pending = [top]
        while pending:
            current = pending.pop()
            identity = _identity(current)
            if identity in self._seen:
                continue
            entries = self._entries(current)
            if identity:
                self._seen[identity] = current
            for entry in entries:
                path = current / entry.name
                if entry.is_symlink() and (_is_folder(path) or self._is_read(path)):
                    self._links.append((path, start))
                elif not entry.is_dir(follow_symlinks=False):
                    if self._is_read(path) and not self._is_ignored(path, start):
                        self.file(path)
                elif self._wanted(path, start):
                    pending.append(path)

    def file(self, path: Path) -> None:
        try:
            status = path.stat()
        except OSError as error:
            return self._problem(path, f"cannot be read: {error.strerror}")
        if not stat.S_ISREG(status.st_mode):
            return self._problem(path, "is not a regular file (a pipe, a socket or a device); not read")
        limit = self._limit(path)
        if status.st_size > limit:
            if path.suffix in CONFIGURATIONS:
                self._large[path.parent] += 1
                return None
            message = f"has {status.st_size:,} bytes; files over {limit:,} are not read (`max-file-bytes`)"
            return self._skip(path, message, "too large")
        identity = (status.st_dev, status.st_ino)
        first = self._seen.setdefault(identity, path)
        if first != path and path.is_symlink():
            return self._problem(path, f"is a link to {self.relative(first)}, which is read")
        self.files.add(path)
        return None

    def _is_read(self, path: Path) -> bool:
        return path.suffix in READ or (self.texts and is_text(path))

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
            self._skip(folder, message, "too large", count)

    def follow_links(self) -> None:
        while self._links:
            link, start = min(self._links, key=str)
            self._links.remove((link, start))
            if not _exists(link):
                self._problem(link, "is a link that leads nowhere")
            elif not _is_folder(link):
                if not self._is_ignored(link, start):
                    self.file(link)
            elif _identity(link) in self._seen:
                self._problem(link, self._why_not_followed(link))
            elif self._wanted(link, start):
                self.folder(link, start)

    def _why_not_followed(self, link: Path) -> str:
        target = Path(os.path.realpath(link))
        if Path(os.path.realpath(link.parent)).is_relative_to(target):
            return "is a link to a folder that it lies in (a loop); not followed"
        return f"is a link to {self.relative(self._seen[_identity(link)])}, which is read"

    def _entries(self, folder: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self._problem(folder, f"cannot be listed: {error.strerror}")
            return []

    def _wanted(self, folder: Path, start: Path | None) -> bool:
        if _is_silent(folder):
            return False
        excluded = self._excluded(folder) or self._ignored_folder(folder, start)
        if excluded is None:
            return True
        self._skip_folder(folder, *excluded)
        if folder.name == INDEX:
            self._skip_folder(folder / _ORIGINALS, "originals", "kept originals of components", ".py.txt")
        return False

    def _skip_folder(self, folder: Path, why: Skipped, reason: str, suffix: str = ".py") -> None:
        files = sum(1 for _ in _files(folder, suffix))
        if files:
            self._skip(folder, f"{files:,} {'file' if files == 1 else 'files'} not read: {reason}", why, files)

    def _excluded(self, folder: Path) -> tuple[Skipped, str] | None:
        relative = self.relative(folder)
        if any(_matches(relative, pattern) for pattern in self.settings.archive):
            return "archive", "an archive (`archive` in the settings)"
        if any(_matches(relative, pattern) for pattern in self.settings.exclude):
            return "excluded", "excluded by the settings"
        return ("generated", "generated, by its name") if folder.name in GENERATED else None

    def _ignored_folder(self, folder: Path, start: Path | None) -> tuple[Skipped, str] | None:
        rules = self.ignored.by(folder, is_folder=True, start=start)
        return ("ignored", f"ignored by {self._named(rules)}") if rules else None

    def _is_ignored(self, path: Path, start: Path | None) -> bool:
        rules = self.ignored.by(path, is_folder=False, start=start)
        if rules:
            self._skip(path, f"not read: ignored by {self._named(rules)}", "ignored")
        return rules is not None

    def _named(self, rules: Path) -> str:
        return self.relative(rules) if rules.is_relative_to(self.root) else str(rules)

    def _skip(self, path: Path, message: str, why: Skipped, files: int = 1) -> None:
        self.problems.add(Problem(self.relative(path), 0, message, why, files))

    def _problem(self, path: Path, message: str) -> None:
        self.problems.add(Problem(self.relative(path), 0, message))


def _matches(relative: str, pattern: str) -> bool:
    """As in a .gitignore: a pattern without "/" names a folder at any depth."""
    subject = relative if "/" in pattern.rstrip("/") else relative.rpartition("/")[2]
    return fnmatchcase(subject, pattern.strip("/"))


def _is_silent(folder: Path) -> bool:
    return folder.name in SILENT or _exists(folder / "pyvenv.cfg")


def _files(folder: Path, suffix: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not _is_silent(Path(place, name))]
        yield from (name for name in names if name.endswith(suffix))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _exists(path: Path) -> bool:
    # pathlib lets a PermissionError through: a folder may be listed and yet not be entered.
    return os.path.exists(path)


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)


def _place(problem: Problem) -> tuple[str, int, str]:
    return problem.path, problem.line, problem.message
