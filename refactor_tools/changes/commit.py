"""Commits what a run wrote, and nothing else."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from refactor_tools.changes.dirty import changed_files
from refactor_tools.errors import DirtyTree, RefactorError
from refactor_tools.git import ask_git, first_line, repository_prefix

Answer = subprocess.CompletedProcess[bytes]


def require_committable(root: Path) -> None:
    """Raises RefactorError where there is no repository around `root`, or one in which no single commit can be made."""
    if repository_prefix(root) is None:
        raise RefactorError("--commit needs a git repository; there is none here", str(root))
    for name, what in (("MERGE_HEAD", "merge"), ("CHERRY_PICK_HEAD", "cherry-pick"), ("REVERT_HEAD", "revert")):
        if ask_git(root, "rev-parse", "--quiet", "--verify", name).returncode == 0:
            raise RefactorError(f"--commit cannot commit some files alone during a {what}; finish it first", str(root))


def require_committed(root: Path, paths: Sequence[str]) -> None:
    """Raises DirtyTree where one of `paths` is not as in the last commit: the commit would hold more than the run."""
    changed = changed_files(root, paths)
    if changed:
        raise DirtyTree(
            f"--commit would also commit earlier changes in {', '.join(changed)}; commit or stash them first"
        )


def commit_files(root: Path, paths: Sequence[str], message: str) -> str:
    """Commit `paths` (relative to `root`) as they are now; what else is staged stays staged. Returns the short id.

    Files that git ignores are left out. Hooks run, as in any commit.

    Raises:
        RefactorError: git refused; the files are as they were.
    """
    try:
        kept = _not_ignored(root, paths)
    except FileNotFoundError as error:
        raise RefactorError("git is not installed; the files are written, commit them yourself", str(root)) from error
    names = b"".join(os.fsencode(path) + b"\0" for path in kept)
    from_stdin = ("--pathspec-from-file=-", "--pathspec-file-nul")
    _write(root, names, "add", "--all", *from_stdin)
    _write(root, names, "commit", "--quiet", "--only", f"--message={message}", *from_stdin)
    return os.fsdecode(ask_git(root, "rev-parse", "--short", "HEAD").stdout).strip()


def _not_ignored(root: Path, paths: Sequence[str]) -> list[str]:
    names = b"".join(os.fsencode(path) + b"\0" for path in paths)
    answer = ask_git(root, "check-ignore", "-z", "--stdin", stdin=names)
    ignored = {os.fsdecode(name) for name in answer.stdout.split(b"\0") if name}
    return [path for path in paths if path not in ignored]


def _write(root: Path, stdin: bytes, *arguments: str) -> None:
    command = ("git", "--literal-pathspecs", *arguments)
    environment = os.environ | {"LC_ALL": "C"}
    answer = subprocess.run(command, cwd=root, env=environment, input=stdin, capture_output=True, check=False)
    if answer.returncode != 0:
        reason = first_line(answer) or os.fsdecode(answer.stdout).strip().partition("\n")[0]
        raise RefactorError(f"the files are written, but git refused to commit them: {reason}", str(root))
