"""`prune-shims` as a function."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.model.shims import Pruning
    from refactor_tools.settings import Settings


def plan_pruning(settings: Settings, *, expired_only: bool = False, log: Path | None = None) -> Pruning:
    """Which shims nobody uses, with what would be removed, and the users of the others; nothing is written here.

    Raises:
        RefactorError: the log cannot be read, or a legacy file cannot be parsed.
        UnreadableRecord: a key map is damaged.
    """
    from refactor_tools.api.extraction.scratch import scratch_copy
    from refactor_tools.api.extraction.standing import remove_shims, standing_shims
    from refactor_tools.api.shim_versions import expiry
    from refactor_tools.api.tasks import read_keymaps
    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.model.shims import Pruning

    keymaps = read_keymaps(settings.root)
    shims = list(standing_shims(settings, keymaps, log=log))
    version, expired, notes = expiry(settings)
    may_go = [shim for shim in shims if not shim.users and (expired or not expired_only)]
    kept = tuple(shim for shim in shims if shim not in may_go)
    changes = ChangeSet("prune shims", ())
    if may_go:
        with scratch_copy(settings) as scratch:
            remove_shims(scratch, may_go)
            changes = ChangeSet("prune shims", scratch.changes())
    return Pruning(changes, tuple(may_go), kept, settings.remove_in, version, expired, notes)


def write(settings: Settings, pruning: Pruning, *, command: str, allow_dirty: bool) -> None:
    """Apply a pruning as one journalled run.

    Raises:
        DirtyTree: a file that would be written has uncommitted changes and `allow_dirty` is off.
        RefactorError: the tree is locked, or changed since it was read.
    """
    from refactor_tools.changes.dirty import require_clean
    from refactor_tools.changes.transaction import apply

    require_clean(settings.root, [change.path for change in pruning.changes.effective], allow_dirty)
    apply(settings.root, pruning.changes, command)
