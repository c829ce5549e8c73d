"""Take a run back. Refused where a file is no longer as the run left it."""

from pathlib import Path

from refactor_tools.changes.journal import Run, content, history, require_settled
from refactor_tools.changes.lock import tree_lock
from refactor_tools.changes.record import enter
from refactor_tools.changes.transaction import carry_out, system_errors
from refactor_tools.changes.tree import read, read_digest
from refactor_tools.errors import RefactorError
from refactor_tools.model.changes import ChangeSet, FileChange


def undo(root: Path, run_id: str | None = None) -> Run:
    """Bring the files of a run (by default the newest that is not undone) back to their bytes before it.

    Raises:
        RefactorError: there is no such run, or files have changed since (they are named), or the system refused a
            write. The tree is as it was, unless the message names `recover`.
        TreeLocked: another run is writing.
    """
    root = root.resolve()
    undoable(root, run_id)
    with tree_lock(root, " ".join(("undo", run_id or "")).strip()), system_errors(root):
        run = undoable(root, run_id)
        return carry_out(root, enter(root, run, "undoing"), "before", done="undone", failed="done")


def undoable(root: Path, run_id: str | None = None) -> Run:
    """The run that `undo` would take back; raises as `undo` does, and writes nothing."""
    root = root.resolve()
    require_settled(root)
    runs = history(root)
    run = _chosen(runs, run_id)
    with system_errors(root):
        changed = [file.path for file in run.files if read_digest(root, file.path) != file.after]
    if changed:
        raise RefactorError(
            f"run {run.id} cannot be undone, files have changed since: {', '.join(changed)}; "
            + _way_out(runs, run, changed)
        )
    return run


def undo_changes(root: Path, run: Run) -> ChangeSet:
    """What undoing `run` does to the tree."""
    return ChangeSet(
        f"undo {run.title}",
        tuple(
            FileChange(
                file.path, read(root, file.path), None if file.before is None else content(root, run, file.before)
            )
            for file in run.files
        ),
    )


def _chosen(runs: tuple[Run, ...], run_id: str | None) -> Run:
    done = [run for run in runs if run.state == "done"]
    if run_id is None:
        if not done:
            raise RefactorError("there is no run to undo")
        return done[-1]
    for run in runs:
        if run.id == run_id.zfill(4):
            if run.state != "done":
                raise RefactorError(f"run {run.id} is {run.state.replace('-', ' ')} already")
            return run
    known = ", ".join(run.id for run in done) or "none"
    raise RefactorError(f"there is no run {run_id}; runs that can be undone: {known}")


def _way_out(runs: tuple[Run, ...], run: Run, changed: list[str]) -> str:
    after = runs[runs.index(run) + 1 :]
    later = [other.id for other in after if other.state == "done" and not set(other.paths).isdisjoint(changed)]
    if later:
        return f"undo the later runs on them first: {', '.join(reversed(later))}"
    return "set your changes aside (git stash, or a copy) so that they are as the run left them"
