"""Originals and their components as checkpoints see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.model.checkpoints import Replaced
    from refactor_tools.model.components import KeyMap
    from refactor_tools.settings import Settings


def replacements(
    settings: Settings, keymaps: Sequence[KeyMap], component: str = "", original: str = ""
) -> tuple[Replaced, ...]:
    """Every class that was replaced, with the members that its kept source shows; those asked for, if any.

    Raises:
        UnknownName: no component, or no original, is called so; the message holds the nearest names.
        UnreadableRecord: a kept original is missing or was edited.
    """
    from refactor_tools.api.tasks import choose, kept_source
    from refactor_tools.checkpoints.layouts import layout
    from refactor_tools.model.checkpoints import MemberLayout, Replaced
    from refactor_tools.model.strategies import as_meant

    chosen = choose([component], keymaps) if component else as_meant(keymaps)
    _require_known(original, [item.id for keymap in chosen for item in keymap.originals])
    return tuple(
        Replaced(
            keymap.name,
            item.id,
            layout(kept_source(settings.root, item), item.name) or MemberLayout(frozenset(), (), closed=False),
            item.adapter.state,
        )
        for keymap in chosen
        if keymap.kind == "class"
        for item in keymap.originals
        if original in ("", item.id)
    )


def _require_known(original: str, known: Sequence[str]) -> None:
    from difflib import get_close_matches

    from refactor_tools.errors import UnknownName

    if original and original not in known:
        near = get_close_matches(original, known, n=3, cutoff=0.4)
        hint = f"; the nearest are {', '.join(near)}" if near else "; its key map lists them"
        raise UnknownName(f"no original is called {original}{hint}")
