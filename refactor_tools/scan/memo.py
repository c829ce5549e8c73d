"""Results of the run before, by what they follow from."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

from refactor_tools.scan import kept

T = TypeVar("T")


class Memo(Generic[T]):
    """Results by key. A key names everything that its result depends on but this package's code."""

    def __init__(self, root: Path | None, name: str, kind: type[T]) -> None:
        """The results kept for the tree at `root`, none without one; `kind` is what `msgspec` reads them as."""
        self._root, self._name = root, name
        self._before: dict[str, T] = (kept.load(root, name, dict[str, kind]) or {}) if root else {}  # type: ignore[valid-type]
        self._now: dict[str, T] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._now or key in self._before

    def get(self, key: str, make: Callable[[], T]) -> T:
        """The result for `key`, made where the run before did not leave it."""
        if key not in self._now:
            self._now[key] = self._before[key] if key in self._before else make()
        return self._now[key]

    def store(self) -> None:
        """Keep the results that this run has asked for, and forget the others."""
        if self._root and self._now.keys() != self._before.keys():
            kept.store(self._root, self._name, self._now)


def digest_of(values: Iterable[object], size: int = 16) -> str:
    """A key made of what a result depends on, as `repr` shows it; `size` is that of the digest, in bytes."""
    digest = hashlib.blake2b(digest_size=size)
    for value in values:
        digest.update(repr(value).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
