"""Questions to git, and the one thing it is told: that files were moved. Nothing that the repository names is run."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from refactor_tools.errors import RefactorError

Answer = subprocess.CompletedProcess[bytes]


def ask_git(folder: Path, *arguments: str, stdin: bytes | None = None) -> Answer:
    """What `git ARGUMENTS` in `folder` says; bytes, for names need not be text.

    Raises:
        FileNotFoundError: git is not installed.
    """
    # A file system monitor is a program that the repository names: nothing of the tree is run.
    command = ("git", "-c", "core.fsmonitor=false", *arguments)
    environment = os.environ | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    return subprocess.run(command, cwd=folder, env=environment, input=stdin, capture_output=True, check=False)


def repository_prefix(root: Path) -> str | None:
    """The root's path below the top of its repository, "" or ending in "/"; None where there is no work tree.

    Raises:
        RefactorError: git found a repository and cannot read it.
    """
    try:
        answer = ask_git(root, "rev-parse", "--is-inside-work-tree", "--show-prefix")
    except FileNotFoundError:
        return None
    if answer.returncode != 0:
        message = first_line(answer)
        if "not a git repository" in message:
            return None
        raise RefactorError(f"git cannot read the repository ({message})", str(root))
    inside, _, prefix = os.fsdecode(answer.stdout).partition("\n")
    return prefix.removesuffix("\n") if inside == "true" else None


def changed_since(root: Path, commit: str) -> frozenset[str]:
    """The files below `root`, relative to it, that are not as in `commit` or that git does not track.

    A file that was renamed is there under both names. Ignored files are not seen.

    Raises:
        RefactorError: git cannot tell.
    """
    options = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--relative")
    found: set[str] = set()
    for arguments in (("diff", *options, commit, "--"), ("ls-files", "-z", "--others", "--exclude-standard")):
        answer = ask_git(root, *arguments)
        if answer.returncode != 0:
            raise RefactorError(f"git cannot tell what changed since {commit} ({first_line(answer)})", str(root))
        found.update(os.fsdecode(path) for path in answer.stdout.split(b"\0") if path)
    return frozenset(found)


def text_at(root: Path, commit: str, path: str) -> str | None:
    """The file at `path`, relative to `root`, as it was in `commit`; None where it was not there."""
    answer = ask_git(root, "show", "--no-textconv", f"{commit}:./{path}")
    return answer.stdout.decode("utf-8", "surrogateescape") if answer.returncode == 0 else None


def move_in_index(root: Path, pairs: Sequence[tuple[str, str]]) -> bool:
    """Let git's index hold each tracked file under its new path, as `git mv` does; contents stay as they were staged.

    False where git cannot: the files are moved all the same, and `git add` finds them.
    """
    try:
        prefix = repository_prefix(root) if pairs else None
        if prefix is None:
            return True
        listed = ask_git(root, "--literal-pathspecs", "ls-files", "-z", "-s", "--full-name", "--", *dict(pairs))
    except (FileNotFoundError, RefactorError):
        return False
    new = {prefix + old: prefix + path for old, path in pairs}
    lines = []
    for entry in filter(None, listed.stdout.split(b"\0")):
        facts, _, name = entry.partition(b"\t")
        mode, digest, stage = facts.split()
        path = os.fsdecode(name)
        if stage == b"0" and path in new:
            lines += [
                b"0 " + b"0" * len(digest) + b"\t" + name,
                b" ".join((mode, digest)) + b"\t" + os.fsencode(new[path]),
            ]
    # A hook may listen for a new index.
    told = ("-c", "core.hooksPath=/dev/null", "update-index", "-z", "--index-info")
    stdin = b"".join(line + b"\0" for line in lines)
    return not lines or ask_git(root, *told, stdin=stdin).returncode == 0


def first_line(answer: Answer) -> str:
    """What git complained about."""
    return os.fsdecode(answer.stderr).strip().partition("\n")[0]
