"""Names that an installed package is started by."""

import re
from pathlib import Path

_DECLARING = ("pyproject.toml", "setup.cfg", "setup.py")
# The object reference of an entry point: `package.module:function`.
_REFERENCE = re.compile(r"[A-Za-z_][\w.]*:([A-Za-z_]\w*)")


def entry_points(root: Path) -> frozenset[str]:
    """The functions and classes that the project's own files declare as entry points, whatever the table."""
    found: set[str] = set()
    for name in _DECLARING:
        try:
            text = (root / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        found.update(_REFERENCE.findall(text))
    return frozenset(found)
