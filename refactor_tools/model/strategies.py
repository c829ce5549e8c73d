"""Which component an old name means where two have the same original: one that gets a strategy, and the strategy."""

from collections.abc import Sequence
from dataclasses import replace

from refactor_tools.model.components import KeyMap


def injected(keymaps: Sequence[KeyMap]) -> frozenset[tuple[str, str]]:
    """(original, component) for every component that another one is given as its strategy."""
    return frozenset(
        (original.id, original.strategy) for keymap in keymaps for original in keymap.originals if original.strategy
    )


def as_meant(keymaps: Sequence[KeyMap]) -> tuple[KeyMap, ...]:
    """The key maps with each original once: under the component that its old name constructs."""
    parts = injected(keymaps)
    return tuple(
        replace(
            keymap,
            originals=tuple(item for item in keymap.originals if (item.id, keymap.component) not in parts),
        )
        for keymap in keymaps
    )
