"""Names that an installed package is started by."""

import re
from collections.abc import Iterator
from pathlib import Path

_DECLARING = ("pyproject.toml", "setup.cfg", "setup.py")
# The object reference of an entry point: `package.module:function`.
_REFERENCE = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)")


def entry_points(root: Path) -> frozenset[str]:
    """The functions and classes that the project's own files declare as entry points, whatever the table."""
    return frozenset(name for _, name in _references(root))


def entry_modules(root: Path) -> frozenset[str]:
    """The dotted names of the modules that they stand in."""
    return frozenset(module for module, _ in _references(root))


def _references(root: Path) -> Iterator[tuple[str, str]]:
    for name in _DECLARING:
        try:
            text = (root / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        yield from _REFERENCE.findall(text)
