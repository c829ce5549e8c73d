"""One line that lets a script find the library where only its own folder is on the search path."""

import ast

from refactor_tools.changes.text import apply_edits
from refactor_tools.codemods.text import Text
from refactor_tools.model.changes import Edit

MARK = "written by refactor-tools --bootstrap-path"


def with_bootstrap(text: str, up: str, package: str) -> str:
    """`text` with the line before its first import of `package`; `up` leads from the file's folder to where that is.

    A file that has the line already, or imports nothing of the package, stays as it is.
    """
    if MARK in text:
        return text
    source = Text(text)
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{package}.") and not node.level:
            at = source.line_start(source.start(node))
            return apply_edits(text, [Edit(at, at, f"{_line(up, package)}{source.newline(at)}")])
    return text


def _line(up: str, package: str) -> str:
    parts = "".join(f', "{part}"' for part in up.split("/") if part not in ("", "."))
    place = f"os.path.abspath(os.path.join(os.path.dirname(__file__){parts}))"
    return f"import os, sys; sys.path.append({place})  # noqa: E401, E501, E702  {MARK}: {package} is there"
