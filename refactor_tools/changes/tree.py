"""Regular files below a root. Nothing is read or written through a link, outside the root, or in git's own folder."""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from refactor_tools.errors import RefactorError
from refactor_tools.settings import STATE

_RESERVED = {".git", STATE}


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def locate(root: Path, path: str) -> Path:
    """The place of `path` (relative to `root`, with "/").

    Raises:
        RefactorError: the path leads out of the root, through a link, or into a folder that is not the user's.
    """
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise RefactorError("is not a path below the root", path)
    if any(part.lower() in _RESERVED for part in parts):
        raise RefactorError("lies in a folder that is never written to", path)
    folder = root
    for part in parts[:-1]:
        folder /= part
        mode = _mode(folder)
        if mode is None:
            break
        if stat.S_ISLNK(mode):
            raise RefactorError(f"lies behind the symbolic link `{_relative(root, folder)}`; use the real path", path)
        if not stat.S_ISDIR(mode):
            raise RefactorError(f"`{_relative(root, folder)}` is not a folder", path)
    return root.joinpath(*parts)


def read(root: Path, path: str) -> bytes | None:
    """The file's bytes, None where there is no file.

    Raises:
        RefactorError: the path is refused by `locate`, or names a link, a folder or a device.
        OSError: the file cannot be read.
    """
    place = locate(root, path)
    mode = _mode(place)
    if mode is None:
        return None
    if stat.S_ISLNK(mode):
        raise RefactorError("is a symbolic link; change the file that it points to", path)
    if not stat.S_ISREG(mode):
        raise RefactorError("is not a regular file", path)
    try:
        return place.read_bytes()
    except FileNotFoundError:
        return None


def read_digest(root: Path, path: str) -> str | None:
    """The digest of the file's bytes, None where there is no file; raises as `read` does."""
    data = read(root, path)
    return None if data is None else digest(data)


def status(place: Path) -> os.stat_result | None:
    """Mode and owner of a file, None where there is no file."""
    try:
        return os.lstat(place)
    except FileNotFoundError:
        return None


def write_new(place: Path, data: bytes, like: os.stat_result | None = None, mode: int | None = None) -> None:
    """Write a file that does not exist yet and wait until the disk has it.

    Mode and owner are those of `like`, else the mode is `mode`, else what the umask gives. Another owner is kept only
    where the system lets this user give files away.
    """
    if like is not None:
        mode = stat.S_IMODE(like.st_mode)
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666 if mode is None else 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        if like is not None:
            with suppress(PermissionError):
                os.fchown(handle, like.st_uid, like.st_gid)
        if mode is not None:
            os.fchmod(handle, mode)
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the folder's entries."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def ancestors(paths: Iterable[str]) -> tuple[str, ...]:
    """Every folder between the root and the paths, outer ones first."""
    folders: set[str] = set()
    for path in paths:
        parts = path.split("/")[:-1]
        folders.update("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return tuple(sorted(folders))


def _mode(place: Path) -> int | None:
    found = status(place)
    return None if found is None else found.st_mode


def _relative(root: Path, place: Path) -> str:
    return place.relative_to(root).as_posix()
