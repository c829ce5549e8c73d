"""Models that were saved whole, loaded in a contained child process and turned into state dicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.model.checkpoints import Renaming, RewriteRequest
    from refactor_tools.model.components import KeyMap
    from refactor_tools.settings import Settings

_CHILD = "refactor_tools.checkpoints.models:save_states"


def states_of_models(
    settings: Settings, request: RewriteRequest, keymaps: Sequence[KeyMap], target: Path
) -> Mapping[str, tuple[Renaming, ...]]:
    """Save the state dicts of the models in `request.source` to `target`; what comes back says, for each model's place,
    which of its parts are shims. Their keys are the originals'.

    Raises:
        RefactorError: the file holds a class that is not among the library's `SAFE_GLOBALS`, or does not load.
    """
    from refactor_tools.api.scan_checkpoint import shown
    from refactor_tools.errors import RefactorError
    from refactor_tools.layout import library_place
    from refactor_tools.model.checkpoints import ModelRequest
    from refactor_tools.prove.children import Limits, call

    _, package = library_place(settings)
    support = f"{package}._legacy" if (settings.root / settings.library / "_legacy.py").is_file() else ""
    payload = ModelRequest(str(request.source.resolve()), str(target), support, request.trust)
    limits = Limits(seconds=600, memory_bytes=2**42, file_bytes=2**42)
    answer = call(_CHILD, payload, limits, sys_path=_sys_path(settings, keymaps))
    if answer.failure is not None:
        hint = "" if request.trust else "; --trust loads it without restriction, which runs what the file says"
        raise RefactorError(f"cannot be loaded: {answer.failure}{hint}", shown(settings, request.source))
    assert isinstance(answer.value, dict)
    return {place: _renamings(settings, keymaps, parts) for place, parts in answer.value.items()}


def _sys_path(settings: Settings, keymaps: Sequence[KeyMap]) -> tuple[str, ...]:
    """Where the library and the legacy files are imported from."""
    from refactor_tools.api.tasks import library_root, shim_place

    source_root = str(library_root(settings))
    places = [shim_place(settings.root, source_root, item) for keymap in keymaps for item in keymap.originals]
    found = [path for place in places if place is not None for path in place.sys_path]
    return tuple(dict.fromkeys((source_root, *found)))


def _renamings(
    settings: Settings, keymaps: Sequence[KeyMap], parts: Sequence[tuple[str, str, str]]
) -> tuple[Renaming, ...]:
    from refactor_tools.api.checkpoint_names import NameTable
    from refactor_tools.api.migrate import source_tree
    from refactor_tools.model.checkpoints import PickledName, Renaming

    table = NameTable(settings, keymaps, source_tree(settings))
    result = []
    for name, module, qualname in parts:
        for keymap, original in table.originals_of(PickledName(module, qualname)):
            pairs = tuple((old, new) for new, old in original.adapter.state)
            if pairs:
                prefix = tuple(name.split(".")) if name else ()
                result.append(Renaming(prefix, keymap.name, original.id, pairs))
    return tuple(result)
