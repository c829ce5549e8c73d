"""What became of copies inside larger classes: on the terminal and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from refactor_tools.model.extraction import Extraction


def print_inlined(console: Console, extraction: Extraction) -> None:
    """The classes that build a component now, with their keys, and those that still write it out, with the reason."""
    from rich.text import Text

    for item in extraction.replaced:
        members = ", ".join(f"self.{name}" for name in item.members)
        console.print(
            Text.assemble("  ", (item.holder, "bold"), f"  builds {item.component}: {members}"), soft_wrap=True
        )
        for new, old in item.state_maps:
            console.print(f"    state keys  {old}.* -> {new}.*", soft_wrap=True, markup=False)
        for note in item.notes:
            console.print(f"    kept: {note}", soft_wrap=True, markup=False)
        console.print(Text.assemble("    ", (item.verdict, "green"), f"  {item.record}"), soft_wrap=True)
        console.print()
    for left in extraction.left:
        place = f"  {left.component} stays written out in {left.holder} (line {left.line}): {left.reason}"
        console.print(place, soft_wrap=True, markup=False, highlight=False)
    if extraction.left:
        console.print()


def inlined_json(extraction: Extraction) -> dict[str, object]:
    """Both as plain data."""
    return {
        "replaced": [
            {**asdict(item), "state_maps": [{"new": new, "old": old} for new, old in item.state_maps]}
            for item in extraction.replaced
        ],
        "left": [asdict(item) for item in extraction.left],
    }
