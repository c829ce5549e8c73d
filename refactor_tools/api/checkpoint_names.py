"""What became of the names that a checkpoint asks for: moved, still in the tree, gone, or of elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.codemods.import_tree import SourceTree
    from refactor_tools.model.checkpoints import PickledName, ScannedName
    from refactor_tools.model.components import KeyMap, OriginalRecord
    from refactor_tools.settings import Settings

_SCRIPT = "__main__"


class NameTable:
    """The names of one tree and of its key maps."""

    def __init__(self, settings: Settings, keymaps: Sequence[KeyMap], tree: SourceTree) -> None:
        from refactor_tools.model.strategies import as_meant

        self.tree = tree
        self.has_init: Callable[[str], bool] = lambda folder: (settings.root / folder / "__init__.py").is_file()
        self.originals: list[tuple[KeyMap, OriginalRecord, str, str]] = []
        for keymap in as_meant(keymaps):
            for original in keymap.originals:
                path, _, name = original.id.partition("::")
                self.originals.append((keymap, original, path, name.partition("@")[0]))

    def find(self, name: PickledName) -> ScannedName:
        """What became of `name`."""
        from refactor_tools.model.checkpoints import ScannedName

        found = list(self._moved(name))
        if len(found) == 1:
            keymap, original, path, _ = found[0]
            return self._of_original(name, keymap, original, path)
        if found:
            choices = ", ".join(original.id for _, original, _, _ in found)
            return ScannedName(name, "ambiguous", detail=f"may be {choices}")
        return self._in_tree(name)

    def originals_of(self, name: PickledName) -> list[tuple[KeyMap, OriginalRecord]]:
        """The originals that `name` may mean."""
        return [(keymap, original) for keymap, original, _, _ in self._moved(name)]

    def _moved(self, name: PickledName) -> Iterator[tuple[KeyMap, OriginalRecord, str, str]]:
        """Originals that the name may mean: by the module's own name first, then by the end of its path."""
        same = [item for item in self.originals if item[3] == name.name]
        if name.module == _SCRIPT:
            yield from same
            return
        exact = [item for item in same if self._module(item[2]) == name.module]
        dotted = f".{name.module}"
        yield from exact or [item for item in same if f".{_dotted(item[2])}".endswith(dotted)]

    def _module(self, path: str) -> str:
        from refactor_tools.scan.modules import place

        return place(path, self.has_init).module

    def _of_original(self, name: PickledName, keymap: KeyMap, original: OriginalRecord, path: str) -> ScannedName:
        from refactor_tools.model.checkpoints import ScannedName

        if self._binds(path, name.name):
            how = "the same class" if original.form == "alias" else "an adapter with its state keys and signature"
            return ScannedName(name, "moved", keymap.component, f"loads through the shim in {path}: {how}")
        detail = f"its shim in {path} is gone; rewrite-checkpoint --to-state-dict where it is still installed"
        return ScannedName(name, "removed", keymap.component, detail)

    def _in_tree(self, name: PickledName) -> ScannedName:
        from refactor_tools.codemods.import_modules import Module
        from refactor_tools.model.checkpoints import ScannedName

        module = self.tree.table.imported("", name.module, 0)
        path = module.path if isinstance(module, Module) else self._script(name.module)
        if path is None:
            return ScannedName(name, "outside")
        if self._binds(path, name.name.partition(".")[0]):
            return ScannedName(name, "in the tree", detail=path)
        return ScannedName(name, "missing", detail=f"{path} has no `{name.name}`")

    def _script(self, module: str) -> str | None:
        """The file in a script folder that is known by its bare name."""
        found = self.tree.table.elsewhere("", module)
        return found[0] if len(found) == 1 else None

    def _binds(self, path: str, name: str) -> bool:
        names = self.tree.names(path)
        if names is None:
            return False
        from refactor_tools.codemods.shim_blocks import handed_out

        return name in names.module.binders or name in handed_out(names.tree)


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
