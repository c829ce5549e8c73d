"""`--shims none`: users of the old names are migrated in the same run, and no old name is left."""

from collections.abc import Iterator, Sequence

from refactor_tools.api.extraction.scratch import Scratch
from refactor_tools.api.extraction.standing import remove_shims, standing_shims
from refactor_tools.api.migrate import migrate, source_tree
from refactor_tools.changes.text import encode
from refactor_tools.codemods.import_moves import recorded_moves
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.shim_inlining import inlined
from refactor_tools.model.components import KeyMap
from refactor_tools.model.facts import Source
from refactor_tools.model.migrations import Kept, Move
from refactor_tools.model.outcomes import Refusal
from refactor_tools.scan.read import read_source


def leave_no_shims(scratch: Scratch, keymaps: Sequence[KeyMap]) -> Refusal | None:
    """Migrate the users of these components' old names in the scratch copy and remove the shims; or why that fails."""
    if not keymaps:
        return None
    migration = migrate(scratch.settings)
    for change in migration.changes.effective:
        scratch.write(change.path, change.after)
    kept = list(_inline(scratch, keymaps))
    if kept:
        return _refusal(kept)
    shims = list(standing_shims(scratch.settings, keymaps))
    used = [shim for shim in shims if shim.users]
    if used:
        reasons = {(item.path, item.line): item.reason for item in migration.kept}
        return _refusal(
            [
                Kept(use.path, use.line, shim.old, reasons.get((use.path, use.line), f"used by {use.how}"))
                for shim in used
                for use in shim.users
            ]
        )
    remove_shims(scratch, shims, [original.id for keymap in keymaps for original in keymap.originals])
    return None


def _inline(scratch: Scratch, keymaps: Sequence[KeyMap]) -> Iterator[Kept]:
    """The legacy files' own uses of adapted names, one name after the other."""
    for keymap in keymaps:
        for original in keymap.originals:
            tree = source_tree(scratch.settings)
            for move in _adapted(keymap, original.id, tree):
                result = inlined(move, tree)
                yield from result.kept
                source = read_source(scratch.root, move.origin)
                assert isinstance(source, Source)
                if not result.kept and result.text != source.text:
                    scratch.write(move.origin, encode(source, result.text))


def _adapted(keymap: KeyMap, original: str, tree: SourceTree) -> Iterator[Move]:
    for move in recorded_moves(keymap, tree):
        if move.form == "adapted" and f"{move.origin}::{move.name}" == original:
            yield move


def _refusal(kept: Sequence[Kept]) -> Refusal:
    rows = dict.fromkeys((f"{item.path}:{item.line}", item.name, item.reason) for item in kept)
    return Refusal("without shims these uses would break; --shims legacy keeps them working", tuple(rows))
