"""The text that the proof of a component depends on, and that of a class which holds components."""

import ast

from refactor_tools.api.tasks import library_root, read_keymaps, read_text
from refactor_tools.certificates.closure import read_closure
from refactor_tools.certificates.digests import combined_digest, computation_digest, source_digest
from refactor_tools.codemods.slicing import slice_definition
from refactor_tools.errors import RefactorError, UnreadableRecord
from refactor_tools.model.certificates import Closure
from refactor_tools.model.components import KeyMap
from refactor_tools.settings import Settings


def closure_of(settings: Settings, keymap: KeyMap) -> Closure:
    """The digests of what a certificate speaks of: of a holder, what its class needs of its file and the components.

    Raises:
        UnreadableRecord: the holder's class is gone.
    """
    if not keymap.holder:
        return read_closure(library_root(settings), keymap.module, keymap.definition)
    path, _, name = keymap.holder.partition("::")
    try:
        text = slice_definition(read_text(settings.root / path), path, name).text
    except (OSError, RefactorError) as error:
        raise UnreadableRecord(f"{keymap.holder} is gone; restore it, or `refactor-tools undo` its run") from error
    root = library_root(settings)
    homes = {f"{item.exported_from}.{item.name}": item for item in read_keymaps(settings.root)}
    found = [homes[name] for name in _imported(text) if name in homes]
    used = [read_closure(root, item.module, item.definition) for item in found]
    package = keymap.module.partition(".")[0]
    return Closure(
        combined_digest([source_digest(text), *(item.source for item in used)]),
        combined_digest([computation_digest(text, package), *(item.computation for item in used)]),
    )


def _imported(text: str) -> list[str]:
    """The dotted names that a text imports."""
    found = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom) and not node.level)
    return sorted({f"{node.module}.{alias.name}" for node in found for alias in node.names})
