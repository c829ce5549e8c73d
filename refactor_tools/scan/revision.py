"""A tree as git has it at some revision, laid out in a temporary folder; the user's own tree is not touched."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from refactor_tools.errors import RefactorError
from refactor_tools.git import ask_git, first_line, repository_prefix
from refactor_tools.scan.kinds import CONFIGURATIONS, READ

# What the analysis reads or looks for. Ignore files are not among it: what is in a commit is not ignored.
_SUFFIXES = READ | {".pyi", ".so", ".pyd", ".toml", ".cfg"}
# A repository may keep whole data sets as JSON; nobody reads those for what they refer to.
_LARGEST_CONFIGURATION = 2_000_000
_LINK = b"120000"
_FILES = (b"100644", b"100755", b"100664")


@dataclass(frozen=True, slots=True)
class Revision:
    """`folder` holds the root's files as they were in `commit`."""

    folder: Path
    commit: str


@contextmanager
def tree_at(root: Path, revision: str) -> Iterator[Revision]:
    """The files below `root` as they were at `revision` (anything that `git rev-parse` knows).

    Contents are git's own, before any conversion of line ends. The folder goes when the context ends.

    Raises:
        RefactorError: there is no git, no repository, or no such commit.
    """
    commit = commit_of(root, revision)
    with tempfile.TemporaryDirectory(prefix="refactor-tools-") as name:
        folder = Path(os.path.realpath(name))
        # Nothing above the folder is asked for rules about it.
        (folder / ".git").mkdir()
        entries = _entries(root, commit)
        for (mode, _, path), content in zip(entries, _contents(root, [oid for _, oid, _ in entries]), strict=True):
            _write(folder, path, content, is_link=mode == _LINK)
        yield Revision(folder, commit)


def commit_of(root: Path, revision: str) -> str:
    """The commit that `revision` names.

    Raises:
        RefactorError: there is no git, no repository, or no such commit.
    """
    if repository_prefix(root) is None:
        raise RefactorError("is in no git repository (or git is not installed), so there is no revision", str(root))
    answer = ask_git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if answer.returncode != 0:
        hint = first_line(answer) or "fetch it, or give a commit, a branch or a tag"
        raise RefactorError(f"git knows no commit {revision!r} here; {hint}", str(root))
    return os.fsdecode(answer.stdout).strip()


def _entries(root: Path, commit: str) -> list[tuple[bytes, bytes, str]]:
    """Mode, object and path below `root` of the files and links that matter."""
    answer = ask_git(root, "ls-tree", "-r", "-z", "-l", commit)
    if answer.returncode != 0:
        raise RefactorError(f"git cannot list {commit} ({first_line(answer)})", str(root))
    found = []
    for line in answer.stdout.split(b"\0"):
        head, _, name = line.partition(b"\t")
        path = os.fsdecode(name)
        if not line or ".." in PurePosixPath(path).parts:
            continue
        mode, _, oid, size = head.split()
        suffix = PurePosixPath(path).suffix
        too_large = suffix in CONFIGURATIONS and int(size) > _LARGEST_CONFIGURATION
        if mode == _LINK or (mode in _FILES and suffix in _SUFFIXES and not too_large):
            found.append((mode, oid, path))
    return found


def _contents(root: Path, oids: Sequence[bytes]) -> Iterator[bytes]:
    answer = ask_git(root, "cat-file", "--batch", stdin=b"\n".join([*oids, b""]))
    data, start = answer.stdout, 0
    for _ in oids:
        end = data.find(b"\n", start)
        head = data[start:end].split(b" ")
        if answer.returncode != 0 or len(head) != 3:
            raise RefactorError(f"git cannot read every file of that revision ({first_line(answer)})", str(root))
        size = int(head[2])
        yield data[end + 1 : end + 1 + size]
        start = end + 2 + size


def _write(folder: Path, path: str, content: bytes, *, is_link: bool) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    if not is_link:
        file.write_bytes(content)
        return
    target = os.fsdecode(content)
    # A link out of the revision would lead into files of another time.
    if Path(os.path.normpath(file.parent / target)).is_relative_to(folder):
        file.symlink_to(target)
