"""Questions to git. It is only ever read from, and nothing that the repository names is run."""

import os
import subprocess
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


def first_line(answer: Answer) -> str:
    """What git complained about."""
    return os.fsdecode(answer.stderr).strip().partition("\n")[0]
