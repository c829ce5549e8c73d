"""What earlier runs read of each file, by content."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from refactor_tools.scan import kept
from refactor_tools.scan.codec import Entry, decode


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """An entry with the digest of the bytes it was made from; decoded only where it is wanted."""

    digest: str
    entry: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Cache:
    """Entries of one root by path, kept under a name."""

    root: Path
    name: str
    entries: Mapping[str, Kept]

    @classmethod
    def load(cls, root: Path, name: str) -> "Cache":
        return cls(root, name, kept.load(root, name, dict[str, Kept]) or {})

    def find(self, path: str, digest: str) -> Entry | None:
        """What `path` yields if its bytes are still those of `digest`."""
        found = self.entries.get(path)
        if found is None or found.digest != digest:
            return None
        try:
            return decode(found.entry)
        except msgspec.DecodeError:
            return None

    def store(self, made: Mapping[str, tuple[str, bytes]], present: Iterable[str]) -> None:
        """Add what was `made` (digest and text by path); drop the entries of files that are gone.

        `present` are the files that this run has seen; others may lie where it did not look.
        """
        seen = set(present)
        entries = {path: entry for path, entry in self.entries.items() if path in seen or (self.root / path).is_file()}
        entries.update({path: Kept(digest, msgspec.Raw(text)) for path, (digest, text) in made.items()})
        kept.store(self.root, self.name, dict(sorted(entries.items())))
