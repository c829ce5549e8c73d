"""Consumers of moved names are rewritten to read them from their new place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from refactor_tools.api.consumers import Consumed
    from refactor_tools.codemods.import_style import Style
    from refactor_tools.codemods.import_tree import SourceTree
    from refactor_tools.model.changes import ChangeSet, FileChange
    from refactor_tools.model.components import KeyMap
    from refactor_tools.model.migrations import Migration, Move
    from refactor_tools.settings import Settings


def migrate(
    settings: Settings,
    paths: Sequence[Path] = (),
    *,
    old: str = "",
    new: str = "",
    strings: bool = False,
    style: Style = "keep",
) -> Migration:
    """What `migrate-imports` would do to the files in `paths` (empty: the whole tree); nothing is written here.

    The names are those of the extracted components, or those of the import statements `old` and `new`. Files of the
    library and its tests stay as they are, and so do those that hold a name's old place for that name. Strings,
    settings, documents and scripts that name what moved are listed, and with `strings` rewritten.

    Raises:
        RefactorError: a file that mentions a moved name cannot be parsed or decoded.
    """
    from refactor_tools.api.consumers import Rewriting
    from refactor_tools.codemods.imports import import_edits
    from refactor_tools.codemods.strings import MovedNames, find_names
    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.model.migrations import Migration

    tree = source_tree(settings)
    tree = tree.following(_moves(settings, tree, old, new))
    if not tree.moves:
        return Migration(ChangeSet("migrate imports", ()))
    means = MovedNames(tree)
    word = means.word
    rewriting = Rewriting(
        settings.root,
        tree,
        tree.moved_name,
        lambda path: import_edits(path, tree, style),
        lambda path, text, regions: find_names(path, text, regions, word, means),
        strings,
    )
    return collected("migrate imports", rewriting.everything(*_scope(settings, paths, tree)))


def collected(title: str, consumed: Iterable[Consumed], further: Sequence[FileChange] = ()) -> Migration:
    """One migration of what became of each file, and of `further` changes."""
    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.model.migrations import Migration

    results = list(consumed)
    changes = [result.change for result in results if result.change is not None]
    return Migration(
        ChangeSet(title, (*changes, *further)),
        tuple(item for result in results for item in result.rewritten),
        tuple(item for result in results for item in result.kept),
        tuple(item for result in results for item in result.strings),
    )


def write(settings: Settings, migration: Migration, *, command: str, allow_dirty: bool) -> None:
    """Apply a migration as one journalled run.

    Raises:
        DirtyTree: a file that would be written has uncommitted changes and `allow_dirty` is off.
        RefactorError: the tree is locked, or changed since it was read.
    """
    write_changes(settings, migration.changes, command, allow_dirty=allow_dirty)


def write_changes(settings: Settings, changes: ChangeSet, command: str, *, allow_dirty: bool) -> None:
    """Apply a change set as one journalled run; raises as `write` does."""
    from refactor_tools.changes.dirty import require_clean
    from refactor_tools.changes.transaction import apply

    require_clean(settings.root, [change.path for change in changes.effective], allow_dirty)
    apply(settings.root, changes, command)


def source_tree(settings: Settings) -> SourceTree:
    """Every Python file of the tree, read when it is asked for."""
    from refactor_tools.codemods.import_tree import SourceTree
    from refactor_tools.model.facts import Source
    from refactor_tools.scan.discover import discover, relative_path
    from refactor_tools.scan.read import read_source

    def text(path: str) -> str | None:
        found = read_source(settings.root, path)
        return found.text if isinstance(found, Source) else None

    files = discover(settings.root, [settings.root], settings).files
    return SourceTree([relative_path(settings.root, file) for file in files], text)


def _moves(settings: Settings, tree: SourceTree, old: str, new: str) -> Iterable[Move]:
    from refactor_tools.codemods.import_moves import recorded_moves, stated_moves

    if old or new:
        return stated_moves(old, new, tree)
    return [move for keymap in keymaps(settings) for move in recorded_moves(keymap, tree)]


def keymaps(settings: Settings) -> Iterator[KeyMap]:
    """The records of all extracted components.

    Raises:
        UnreadableRecord: one is damaged.
    """
    from refactor_tools.certificates.store import load_keymap
    from refactor_tools.errors import UnreadableRecord

    for file in sorted((settings.index / "keymaps").glob("*.json")):
        path = file.relative_to(settings.root).as_posix()
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableRecord(f"cannot be read: {error}", path) from error
        yield load_keymap(text, path)


def _scope(settings: Settings, paths: Sequence[Path], tree: SourceTree) -> tuple[list[str], list[str]]:
    """The Python files that may be rewritten, and other files that may name modules."""
    from refactor_tools.codemods.import_modules import Module
    from refactor_tools.scan.discover import discover, relative_path

    targets = [tree.table.imported("", move.module, 0) for move in tree.moves.values()]
    new_places = {target.path for target in targets if isinstance(target, Module)}
    closed = tuple(f"{folder.strip('/')}/" for folder in (settings.library, settings.tests) if folder.strip("./"))
    found = discover(settings.root, list(paths) or [settings.root], settings, texts=True)
    files = [relative_path(settings.root, file) for file in found.files]
    others = [relative_path(settings.root, file) for file in (*found.others, *found.texts)]
    return (
        [path for path in files if path not in new_places and not path.startswith(closed)],
        [path for path in others if not path.startswith(closed)],
    )
