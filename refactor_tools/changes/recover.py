"""End a run that was killed: the tree is as before it or as after it, never between."""

from dataclasses import dataclass
from pathlib import Path

from refactor_tools.changes.bring import bring, stands, strangers
from refactor_tools.changes.journal import Run, Side, history
from refactor_tools.changes.lock import tree_lock
from refactor_tools.changes.record import settle
from refactor_tools.changes.transaction import system_errors
from refactor_tools.errors import RefactorError


@dataclass(frozen=True, slots=True)
class Recovery:
    """The run that was interrupted and the side of it the tree is on now; None and None where there was none."""

    run: Run | None
    side: Side | None


def recover(root: Path) -> Recovery:
    """Bring an interrupted run, or an interrupted undo, to one end. May itself be interrupted and called again.

    A run whose files were all written counts as done; any other is taken back.

    Raises:
        RefactorError: files were changed after the interruption (they are named, nothing is written), or the system
            refused a write.
        TreeLocked: the run is not interrupted but going on.
    """
    root = root.resolve()
    if not any(run.interrupted for run in history(root)):
        return Recovery(None, None)
    with tree_lock(root, "recover"), system_errors(root):
        waiting = [run for run in history(root) if run.interrupted]
        return _end(root, waiting[-1]) if waiting else Recovery(None, None)


def _end(root: Path, run: Run) -> Recovery:
    changed = strangers(root, run)
    if changed:
        raise RefactorError(
            f"run {run.id} was interrupted and these files were changed after that: {', '.join(changed)}; move them "
            "aside (keep a copy) and run `refactor-tools recover` again"
        )
    if run.state == "applying" and stands(root, run, "after"):
        bring(root, run, "after")
        return Recovery(settle(root, run, "done"), "after")
    bring(root, run, "before")
    return Recovery(settle(root, run, "undone" if run.state == "undoing" else "rolled-back"), "before")
