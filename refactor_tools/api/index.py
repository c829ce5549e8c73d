"""The component index: build, check, search."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.catalogue.search import Hit
    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.settings import Settings


def build_index(settings: Settings) -> ChangeSet:
    """What `component-index` would write; nothing is written here.

    Raises:
        RefactorError: a file of the library or a record about it cannot be read.
    """
    from refactor_tools.catalogue.index import index_changes
    from refactor_tools.model.changes import ChangeSet

    return ChangeSet("component index", index_changes(settings))


def drift(changes: ChangeSet) -> tuple[tuple[str, str], ...]:
    """The generated files that are not what they should be: path, and "missing", "changed" or "left over"."""
    return tuple(
        (change.path, "missing" if change.before is None else "left over" if change.after is None else "changed")
        for change in changes.effective
    )


def check_index(settings: Settings) -> tuple[tuple[str, str], ...]:
    """`drift` of the index as it stands."""
    return drift(build_index(settings))


def search_index(settings: Settings, text: str) -> tuple[Hit, ...]:
    """The components of the library that `text` describes, best first."""
    from refactor_tools.catalogue.records import read_records
    from refactor_tools.catalogue.search import search

    return search(read_records(settings), text)
