"""Where the components of a tree are defined, as a repository counts."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.settings import Settings


def definition_places(settings: Settings, names: Sequence[str]) -> Mapping[str, tuple[str, int]]:
    """The file and line where each of the components called `names` is defined.

    Files are relative to the top of the repository, or to the root where it is in none. A component whose file or
    definition is gone is placed at its key map.
    """
    from refactor_tools.api.tasks import choose, module_root, read_proven
    from refactor_tools.certificates.closure import closure_files
    from refactor_tools.certificates.store import keymap_path
    from refactor_tools.git import repository_prefix

    prefix = repository_prefix(settings.root) or ""
    places = {}
    for keymap in choose(names, read_proven(settings.root)) if names else ():
        files = closure_files(module_root(settings, keymap), keymap.module)
        line = definition_line(files[0], keymap.definition) if files else 0
        path = files[0].relative_to(settings.root).as_posix() if line else keymap_path(keymap.name)
        places[keymap.name] = prefix + path, line or 1
    return places


def definition_line(file: Path, name: str) -> int:
    """Where the class or function `name` begins in `file`, 0 where it does not."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, RecursionError):
        return 0
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return next((node.lineno for node in tree.body if isinstance(node, kinds) and node.name == name), 0)
