"""Facts of earlier runs by content, in `.refactor-tools/cache/`. Whatever is wrong with it, the run goes on without."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refactor_tools import __version__
from refactor_tools.model import facts as facts_model
from refactor_tools.model.facts import FileFacts
from refactor_tools.scan.codec import decode, encode
from refactor_tools.settings import STATE


@dataclass(frozen=True, slots=True)
class Cache:
    """Entries of one root by path. They hold only for the code that wrote them (`key`)."""

    file: Path
    key: str
    entries: Mapping[str, Any]

    @classmethod
    def load(cls, root: Path) -> "Cache":
        file = root / STATE / "cache" / "facts.json"
        key = _key()
        try:
            document = json.loads(file.read_bytes())
            entries = document["files"] if document["key"] == key else {}
            return cls(file, key, entries if isinstance(entries, dict) else {})
        except (OSError, ValueError, KeyError, TypeError):
            return cls(file, key, {})

    def digest(self, path: str) -> str:
        """The digest of the bytes that `path` had, "" where there is no entry."""
        entry = self.entries.get(path)
        return str(entry[1]) if isinstance(entry, list) and len(entry) > 1 else ""

    def find(self, path: str, digest: str) -> FileFacts | None:
        """The facts of `path` if its bytes are still those of `digest`."""
        if self.digest(path) != digest:
            return None
        try:
            return decode(self.entries[path])
        except (TypeError, ValueError):
            return None

    def store(self, root: Path, files: Iterable[FileFacts]) -> None:
        """Replace the entries of `files`, and drop those of files that are gone."""
        if (root / STATE).is_symlink():
            return  # the tools keep their state in a real folder of the tree
        kept = {path: entry for path, entry in self.entries.items() if (root / path).is_file()}
        kept.update({facts.path: encode(facts) for facts in files})
        text = json.dumps({"key": self.key, "files": kept}, sort_keys=True, separators=(",", ":"))
        partial = self.file.with_name(f"facts.{os.getpid()}.partial")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            ignore = self.file.parent.parent / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
            partial.write_text(text, encoding="utf-8")
            partial.replace(self.file)
        except OSError:
            with suppress(OSError):
                partial.unlink()


def _key() -> str:
    """The version and a digest of the code that makes facts."""
    sources = [Path(facts_model.__file__), *sorted(Path(__file__).parent.glob("*.py"))]
    joined = b"\0".join(source.read_bytes() for source in sources)
    return f"{__version__}-{hashlib.sha256(joined).hexdigest()}"
