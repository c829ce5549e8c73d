"""The key maps that earlier runs left."""

from pathlib import Path

from refactor_tools.certificates.store import load_keymap
from refactor_tools.model.components import KeyMap
from refactor_tools.settings import INDEX


def read_keymaps(root: Path) -> tuple[KeyMap, ...]:
    """Every key map under the root's index, by name.

    Raises:
        UnreadableRecord: one is damaged.
    """
    folder = root / INDEX / "keymaps"
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    return tuple(load_keymap(file.read_text(encoding="utf-8"), file.relative_to(root).as_posix()) for file in files)
