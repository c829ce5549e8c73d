"""Documents that a run keeps for the next, in `.refactor-tools/cache/`. Whatever is wrong with one, a run goes without.

A document holds only for the very code that wrote it.
"""

import hashlib
import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from refactor_tools.settings import STATE

T = TypeVar("T")

_PACKAGE = Path(__file__).parent.parent


class _Document(msgspec.Struct, frozen=True):
    code: str
    origin: str
    value: msgspec.Raw


def load(root: Path, name: str, kind: type[T], origin: str = "") -> T | None:
    """The document `name` of the tree at `root`, None where there is none that this code made of the same `origin`."""
    try:
        document = msgspec.json.decode(_file(root, name).read_bytes(), type=_Document)
        same = document.code == code_digest() and document.origin == origin
        return msgspec.json.decode(document.value, type=kind) if same else None
    except (OSError, ValueError, RecursionError):
        return None


def store(root: Path, name: str, value: object, origin: str = "") -> None:
    """Keep `value`, which `msgspec` can encode, if the tree can be written; `origin` names what it was made of."""
    if (root / STATE).is_symlink():
        return  # the tools keep their state in a real folder of the tree
    file = _file(root, name)
    partial = file.with_name(f"{file.stem}.{os.getpid()}.partial")
    try:
        text = msgspec.json.encode(_Document(code_digest(), origin, msgspec.Raw(msgspec.json.encode(value))))
        file.parent.mkdir(parents=True, exist_ok=True)
        ignore = file.parent.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        partial.write_bytes(text)
        partial.replace(file)
    except (OSError, UnicodeEncodeError):
        with suppress(OSError):
            partial.unlink()


@cache
def code_digest() -> str:
    """A digest of this package's code."""
    digest = hashlib.sha256()
    for source in sorted(_PACKAGE.rglob("*.py")):
        digest.update(source.read_bytes() + b"\0")
    return digest.hexdigest()


def _file(root: Path, name: str) -> Path:
    return root / STATE / "cache" / f"{name}.json"
