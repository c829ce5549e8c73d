"""What earlier runs read, by content, in `.refactor-tools/cache/`. Whatever is wrong with it, a run goes on without."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from refactor_tools import __version__
from refactor_tools.scan.codec import Entry, decode
from refactor_tools.settings import STATE

_PACKAGE = Path(__file__).parent.parent
# The folders whose code decides what an entry holds.
_MAKERS = ("model", "scan", "clones")


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """An entry with the digest of the bytes it was made from; decoded only where it is wanted."""

    digest: str
    entry: msgspec.Raw


class _Document(msgspec.Struct, frozen=True):
    key: str
    files: dict[str, _Kept]


@dataclass(frozen=True, slots=True)
class Cache:
    """Entries of one root by path. They hold only for the code that wrote them (`key`)."""

    file: Path
    key: str
    entries: Mapping[str, _Kept]

    @classmethod
    def load(cls, root: Path) -> "Cache":
        file = root / STATE / "cache" / "facts.json"
        key = _key()
        try:
            document = msgspec.json.decode(file.read_bytes(), type=_Document)
        except (OSError, ValueError):
            return cls(file, key, {})
        return cls(file, key, document.files if document.key == key else {})

    def find(self, path: str, digest: str) -> Entry | None:
        """What `path` yields if its bytes are still those of `digest`."""
        kept = self.entries.get(path)
        if kept is None or kept.digest != digest:
            return None
        try:
            return decode(kept.entry)
        except msgspec.DecodeError:
            return None

    def store(self, root: Path, made: Mapping[str, tuple[str, bytes]], present: Iterable[str]) -> None:
        """Add what was `made` (digest and text by path); drop the entries of files that are gone.

        `present` are the files that this run has seen; others may lie where it did not look.
        """
        if (root / STATE).is_symlink():
            return  # the tools keep their state in a real folder of the tree
        seen = set(present)
        kept = {path: entry for path, entry in self.entries.items() if path in seen or (root / path).is_file()}
        kept.update({path: _Kept(digest, msgspec.Raw(text)) for path, (digest, text) in made.items()})
        text = msgspec.json.encode(_Document(self.key, dict(sorted(kept.items()))))
        partial = self.file.with_name(f"facts.{os.getpid()}.partial")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            ignore = self.file.parent.parent / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
            partial.write_bytes(text)
            partial.replace(self.file)
        except OSError:
            with suppress(OSError):
                partial.unlink()


def _key() -> str:
    """The version and a digest of the code that makes entries."""
    sources = sorted(path for folder in _MAKERS for path in (_PACKAGE / folder).glob("*.py"))
    joined = b"\0".join(source.read_bytes() for source in sources)
    return f"{__version__}-{hashlib.sha256(joined).hexdigest()}"
