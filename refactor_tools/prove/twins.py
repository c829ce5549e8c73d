"""Copies that are one computation: what is found out about one of them holds for the others."""

import ast
from collections.abc import Hashable, Sequence

from refactor_tools.model.proofs import OriginalTask


def groups(originals: Sequence[OriginalTask]) -> tuple[tuple[int, ...], ...]:
    """The places of originals that are one computation together, in the order in which the first of each stands.

    They have the same code but for comments and layout, the same adapter and the same case; where they stand, who
    builds them, and what their old names are now (as long as all or none have a shim) may differ.
    """
    found: dict[Hashable, list[int]] = {}
    for place, original in enumerate(originals):
        told = repr((original.adapter, original.case, original.shim is None))
        found.setdefault((code_of(original), told), []).append(place)
    return tuple(map(tuple, found.values()))


def code_of(original: OriginalTask) -> tuple[str, str]:
    """What tells one original's code from another's: its name in the slice, and the slice without its layout."""
    try:
        return original.name, ast.dump(ast.parse(original.source))
    except (SyntaxError, ValueError, RecursionError):
        return original.name, original.source
