"""Files that a person names on the command line: baselines, migration maps."""

import os
from contextlib import suppress
from pathlib import Path

from refactor_tools.errors import RefactorError


def read_file(file: Path) -> str | None:
    """The text of `file`, None where there is none. Bytes that are not UTF-8 come through `write_file` unchanged.

    Raises:
        RefactorError: it is there and cannot be read.
    """
    try:
        return file.read_bytes().decode("utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RefactorError(f"cannot be read: {error.strerror}", str(file)) from error


def write_file(file: Path, text: str) -> None:
    """Replace `file` by `text`, whole or not at all.

    Raises:
        RefactorError: it cannot be written.
    """
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(text.encode("utf-8", errors="surrogateescape"))
        partial.replace(file)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise RefactorError(f"cannot be written: {error.strerror}", str(file)) from error
