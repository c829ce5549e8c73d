"""Consumers of moved names are rewritten to read them from their new place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from refactor_tools.codemods.import_tree import SourceTree
    from refactor_tools.codemods.imports import FileRewrite
    from refactor_tools.errors import RefactorError
    from refactor_tools.model.changes import FileChange
    from refactor_tools.model.components import KeyMap
    from refactor_tools.model.facts import Source
    from refactor_tools.model.migrations import Migration, Move
    from refactor_tools.settings import Settings


def migrate(settings: Settings, paths: Sequence[Path] = (), *, old: str = "", new: str = "") -> Migration:
    """What `migrate-imports` would do to the files in `paths` (empty: the whole tree); nothing is written here.

    The names are those of the extracted components, or those of the import statements `old` and `new`. Files of the
    library and its tests stay as they are, and so do those that hold a name's old place for that name.

    Raises:
        RefactorError: a file that mentions a moved name cannot be parsed or decoded.
    """
    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.model.migrations import Migration

    tree = source_tree(settings)
    tree = tree.following(_moves(settings, tree, old, new))
    if not tree.moves:
        return Migration(ChangeSet("migrate imports", ()))
    results = [(path, _rewrite(settings.root, path, tree)) for path in _scope(settings, paths, tree)]
    rewritten = [(path, result) for path, result in results if result is not None]
    return Migration(
        ChangeSet("migrate imports", tuple(_changes(settings.root, rewritten))),
        tuple(item for _, result in rewritten for item in result.rewritten),
        tuple(item for _, result in rewritten for item in result.kept),
    )


def write(settings: Settings, migration: Migration, *, command: str, allow_dirty: bool) -> None:
    """Apply a migration as one journalled run.

    Raises:
        DirtyTree: a file that would be written has uncommitted changes and `allow_dirty` is off.
        RefactorError: the tree is locked, or changed since it was read.
    """
    from refactor_tools.changes.dirty import require_clean
    from refactor_tools.changes.transaction import apply

    require_clean(settings.root, [change.path for change in migration.changes.effective], allow_dirty)
    apply(settings.root, migration.changes, command)


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
    return [move for keymap in _keymaps(settings) for move in recorded_moves(keymap, tree)]


def _keymaps(settings: Settings) -> Iterator[KeyMap]:
    from refactor_tools.certificates.store import load_keymap
    from refactor_tools.errors import UnreadableRecord

    for file in sorted((settings.index / "keymaps").glob("*.json")):
        path = file.relative_to(settings.root).as_posix()
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableRecord(f"cannot be read: {error}", path) from error
        yield load_keymap(text, path)


def _scope(settings: Settings, paths: Sequence[Path], tree: SourceTree) -> Iterator[str]:
    """The files that may be rewritten."""
    from refactor_tools.codemods.import_modules import Module
    from refactor_tools.scan.discover import discover, relative_path

    targets = [tree.table.imported("", move.module, 0) for move in tree.moves.values()]
    new_places = {target.path for target in targets if isinstance(target, Module)}
    closed = tuple(f"{folder.strip('/')}/" for folder in (settings.library, settings.tests) if folder.strip("./"))
    for file in discover(settings.root, list(paths) or [settings.root], settings).files:
        path = relative_path(settings.root, file)
        if path not in new_places and not path.startswith(closed):
            yield path


def _rewrite(root: Path, path: str, tree: SourceTree) -> FileRewrite | None:
    """The new text of a file that mentions a moved name, None for the others, which are not parsed."""
    from refactor_tools.codemods.imports import rewrite_imports

    text = tree.text(path)
    if text is None:
        _require_no_mention(root, path, tree)
        return None
    if not tree.moved_name.search(text):
        return None
    if tree.names(path) is None:
        raise _unparsable(path, text)
    return rewrite_imports(path, tree)


def _require_no_mention(root: Path, path: str, tree: SourceTree) -> None:
    from refactor_tools.errors import RefactorError
    from refactor_tools.model.facts import Problem
    from refactor_tools.scan.read import read_source

    problem = read_source(root, path)
    assert isinstance(problem, Problem)
    try:
        raw = (root / path).read_bytes()
    except OSError as error:
        raise RefactorError(f"cannot be read: {error.strerror}", path) from error
    if tree.moved_name.search(raw.decode("latin-1")):
        raise RefactorError(f"{problem.message}; nothing was written", f"{path}:{problem.line}")


def _unparsable(path: str, text: str) -> RefactorError:
    import ast

    from refactor_tools.errors import RefactorError

    line, message = 0, "is nested too deeply"
    try:
        ast.parse(text)
    except SyntaxError as error:
        line, message = error.lineno or 0, error.msg
    except (ValueError, RecursionError) as error:
        message = str(error)
    return RefactorError(f"cannot be parsed ({message}); repair it first, nothing was written", f"{path}:{line}")


def _changes(root: Path, results: Iterable[tuple[str, FileRewrite]]) -> Iterator[FileChange]:
    from refactor_tools.errors import RefactorError
    from refactor_tools.model.changes import FileChange
    from refactor_tools.model.facts import Problem
    from refactor_tools.scan.read import decode

    for path, result in results:
        if not result.rewritten:
            continue
        before = (root / path).read_bytes()
        source = decode(path, before)
        if isinstance(source, Problem) or source.text.encode(source.encoding) != before:
            raise RefactorError("its encoding does not give the same bytes back; convert it to UTF-8 first", path)
        yield FileChange(path, before, _encoded(source, result.text))


def _encoded(source: Source, text: str) -> bytes:
    from refactor_tools.errors import RefactorError

    try:
        return text.encode(source.encoding)
    except UnicodeEncodeError as error:
        raise RefactorError(f"{source.encoding} cannot hold the new import: {error}", source.path) from error
