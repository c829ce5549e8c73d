"""A small tree, a change set that does everything to it, and writes that fail or kill at a chosen moment."""

import io
import os
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from refactor_tools.model.changes import ChangeSet, FileChange

CALLS = (
    "open",
    "write",
    "pwrite",
    "fsync",
    "replace",
    "rename",
    "unlink",
    "mkdir",
    "rmdir",
    "fchmod",
    "fchown",
    "ftruncate",
)


def snapshot(root: Path) -> dict[str, tuple[int, bytes | None]]:
    """Mode and bytes (None: a folder) of everything in the tree but the tools' own folder."""
    found: dict[str, tuple[int, bytes | None]] = {}
    for place in sorted(root.rglob("*")):
        path = place.relative_to(root).as_posix()
        if path.split("/")[0] not in (".refactor-tools", ".git"):
            mode = stat.S_IMODE(place.lstat().st_mode)
            found[path] = (mode, None if place.is_dir() else place.read_bytes())
    return found


@pytest.fixture(name="snapshot")
def snapshot_fixture() -> Callable[[Path], dict[str, tuple[int, bytes | None]]]:
    return snapshot


def make_tree(root: Path) -> ChangeSet:
    """Files in `root`, and a change set that replaces two, makes two in new folders and deletes one."""
    (root / "models").mkdir(parents=True)
    files = {"models/a.py": b"x = 1\n", "models/secret.py": b"\xef\xbb\xbfkey = 1\r\n", "models/old.py": b"gone = 1\n"}
    for path, data in files.items():
        (root / path).write_bytes(data)
    (root / "models/secret.py").chmod(0o700)
    changes = (
        FileChange("models/a.py", files["models/a.py"], b"x = 2\ny = 3\n"),
        FileChange("models/secret.py", files["models/secret.py"], b"\xef\xbb\xbfkey = 2\r\n"),
        FileChange("models/old.py", files["models/old.py"], None),
        FileChange("lib/pooling/p.py", None, b"class P: ...\n"),
        FileChange("lib/pooling/__init__.py", None, b""),
    )
    return ChangeSet("extract P", changes)


@pytest.fixture
def everything(tmp_path: Path) -> tuple[Path, ChangeSet]:
    root = tmp_path / "tree"
    return root, make_tree(root)


@pytest.fixture(name="make_tree")
def make_tree_fixture() -> Callable[[Path], ChangeSet]:
    return make_tree


Fault = Callable[[str, Callable[[], object]], object]


@contextmanager
def writes_through(fault: Fault) -> Iterator[None]:
    """Every call that writes goes through `fault(name, call)`; reading calls do not."""

    def wrapped(name: str) -> Callable[..., object]:
        real = getattr(os, name)

        def call(*args: object, **options: object) -> object:
            reads = name == "open" and isinstance(args[1], int) and not args[1] & os.O_CREAT
            return real(*args, **options) if reads else fault(name, lambda: real(*args, **options))

        return call

    real_open = io.open

    def opened(file: object, mode: str = "r", *args: object, **options: object) -> object:
        if "w" not in mode:
            return real_open(file, mode, *args, **options)  # type: ignore[call-overload]  # passed on as it came
        return fault("open", lambda: real_open(file, mode, *args, **options))  # type: ignore[call-overload]  # likewise

    with patch.multiple(os, **{name: wrapped(name) for name in CALLS}), patch.object(io, "open", opened):
        yield


@pytest.fixture(name="writes_through")
def writes_through_fixture() -> Callable[[Fault], object]:
    return writes_through


def killed_at(number: int, work: Callable[[], object]) -> bool:
    """Run `work` in a child that is killed right after its write number `number`; False: it ended before that.

    After, not before: a file that was only opened for writing is then empty.
    """
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
        return os.WIFSIGNALED(status)
    left = iter(range(number, -1, -1))

    def fault(name: str, call: Callable[[], object]) -> object:
        result = call()
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    code = 1
    try:
        with writes_through(fault):
            work()
        code = 0
    finally:
        os._exit(code)


@pytest.fixture(name="killed_at")
def killed_at_fixture() -> Callable[[int, Callable[[], object]], bool]:
    return killed_at
