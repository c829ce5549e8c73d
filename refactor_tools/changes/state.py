"""`.refactor-tools/`: journal, lock and cache. The folder ignores itself, so that no commit picks it up."""

from collections.abc import Sequence
from pathlib import Path

from refactor_tools.errors import RefactorError
from refactor_tools.model.changes import FileChange
from refactor_tools.settings import STATE


def state_folder(root: Path) -> Path:
    """The folder, made where it is missing.

    Raises:
        RefactorError: it is a link, or cannot be made.
    """
    folder = root / STATE
    if folder.is_symlink():
        raise RefactorError("is a symbolic link; remove it, the tools keep their journal in a real folder", STATE)
    try:
        folder.mkdir(exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists() or not ignore.stat().st_size:
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise RefactorError(f"cannot be written ({error.strerror}); nothing was changed", STATE) from error
    return folder


def write_state(root: Path, files: Sequence[FileChange]) -> None:
    """Write files that stand in the folder. They are nobody's work, so that no journal holds what was there before.

    Raises:
        RefactorError: one cannot be written.
    """
    state_folder(root)
    for file in files:
        target = root / file.path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.after or b"")
        except OSError as error:
            raise RefactorError(f"cannot be written ({error.strerror})", file.path) from error
