"""Finds a component whose file was moved within the library."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from refactor_tools.api.tasks import library_root
from refactor_tools.model.components import KeyMap
from refactor_tools.settings import Settings


def relocated(settings: Settings, keymap: KeyMap) -> KeyMap | None:
    """The key map with the module in which the component stands now; None where no file or several define it."""
    source_root = library_root(settings)
    library = (settings.root / settings.library).resolve()
    found = [path for path in sorted(library.rglob("*.py")) if keymap.name in _defined(path)]
    if len(found) != 1:
        return None
    module = ".".join(found[0].relative_to(source_root).with_suffix("").parts)
    exported_from = module.rpartition(".")[0] if _exports(found[0].parent, keymap.name) else module
    return replace(keymap, component=f"{module}.{keymap.name}", module=module, exported_from=exported_from)


def _exports(package: Path, name: str) -> bool:
    init = package / "__init__.py"
    return any(
        name == (alias.asname or alias.name)
        for node in _body(init)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    )


def _defined(path: Path) -> Iterator[str]:
    for node in _body(path):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name


def _body(path: Path) -> list[ast.stmt]:
    try:
        return ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return []
