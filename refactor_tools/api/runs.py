"""The journalled runs of a tree: list, take back, end after a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.changes.journal import Run
    from refactor_tools.changes.recover import Recovery
    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.settings import Settings


def undo(settings: Settings, run_id: str | None = None) -> Run:
    """Take a run back, by default the newest that stands; raises as `changes.undo.undo` does."""
    from refactor_tools.changes.undo import undo

    return undo(settings.root, run_id)


def plan_undo(settings: Settings, run_id: str | None = None) -> tuple[Run, ChangeSet]:
    """The run that `undo` would take back, and what that does to the tree; nothing is written."""
    from refactor_tools.changes.undo import undo_changes, undoable

    run = undoable(settings.root, run_id)
    return run, undo_changes(settings.root, run)


def patch(settings: Settings, changes: ChangeSet) -> str:
    """What a run would change, as a patch that `git apply` takes in the root."""
    from refactor_tools.changes.preview import patch
    from refactor_tools.git import repository_prefix

    return patch(changes, repository_prefix(settings.root) or "")


def recover(settings: Settings) -> Recovery:
    """Bring a run that was killed to one end; raises as `changes.recover.recover` does."""
    from refactor_tools.changes.recover import recover

    return recover(settings.root)


def history(settings: Settings) -> tuple[Run, ...]:
    """Every journalled run, oldest first."""
    from refactor_tools.changes.journal import history

    return history(settings.root)
