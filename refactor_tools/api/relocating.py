"""A module or package goes to another place, and everything that names it follows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from refactor_tools.api.consumers import Consumed
    from refactor_tools.codemods.import_style import Style
    from refactor_tools.codemods.import_tree import SourceTree
    from refactor_tools.codemods.relocation import Relocation
    from refactor_tools.model.changes import FileChange
    from refactor_tools.model.migrations import Migration
    from refactor_tools.settings import Settings

Shims = Literal["none", "legacy"]


def relocate(
    settings: Settings, old: str, new: str, *, strings: bool = False, style: Style = "keep", shims: Shims = "none"
) -> Migration:
    """What moving the module or package `old` to `new` (dotted names or paths) would do; nothing is written here.

    Every file of the tree that names it is rewritten: imports, those of the moved files among them, and with `strings`
    dotted names and paths in strings, settings, documents and scripts. With `shims` "legacy" the old name goes on
    working. A move that was made already changes nothing.

    Raises:
        RefactorError: there is no such module, the new place is taken or would hide another module, an import would
            close a cycle or cannot be rewritten, or a file that names the module cannot be parsed.
    """
    from refactor_tools.api.consumers import Rewriting
    from refactor_tools.api.migrate import collected, source_tree
    from refactor_tools.api.move_checks import require_no_cycle, require_possible
    from refactor_tools.api.move_plan import has_moved, planned
    from refactor_tools.codemods.module_imports import module_edits
    from refactor_tools.codemods.module_strings import ModuleNames
    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.model.migrations import Migration
    from refactor_tools.scan.discover import discover, relative_path

    tree = source_tree(settings)
    title = f"move {old} to {new}"
    if has_moved(tree.table, old, new):
        return Migration(ChangeSet(title, ()))
    relocation = planned(settings, tree.table, old, new)
    require_possible(settings, relocation, shims=shims)
    rewriting = Rewriting(
        settings.root,
        tree,
        relocation.word,
        lambda path: module_edits(path, tree, relocation, style),
        ModuleNames(tree, relocation).find,
        strings,
        frozenset(relocation.files),
    )
    found = discover(settings.root, [settings.root], settings, texts=True)
    files = sorted({*(relative_path(settings.root, file) for file in found.files), *_python(relocation)})
    others = [relative_path(settings.root, file) for file in (*found.others, *found.texts)]
    consumed = list(rewriting.everything(files, [path for path in others if path not in relocation.files]))
    stayed = [item for item in consumed if item.path not in relocation.files]
    went = {item.path: item for item in consumed if item.path in relocation.files}
    moved = list(_moved(settings, tree, relocation, went, shims))
    migration = collected(title, [*stayed, *(replace(item, change=None) for item in went.values())], moved)
    require_no_cycle(settings, relocation, migration.changes)
    return migration


def _python(relocation: Relocation) -> Iterator[str]:
    return (path for path in relocation.files if path.endswith(".py"))


def _moved(
    settings: Settings, tree: SourceTree, relocation: Relocation, went: Mapping[str, Consumed], shims: Shims
) -> Iterator[FileChange]:
    from refactor_tools.api.move_plan import new_packages
    from refactor_tools.codemods.module_shims import module_shim
    from refactor_tools.model.changes import FileChange

    shimmed = relocation.root.path if shims == "legacy" else None
    for old, new in sorted(relocation.files.items()):
        before = (settings.root / old).read_bytes()
        consumed = went.get(old)
        after = before if consumed is None or consumed.change is None else consumed.change.after
        shim = None
        if old == shimmed:
            text = tree.text(old) or ""
            shim = module_shim(
                relocation, text, remove_in=settings.remove_in, category=settings.deprecation_category
            ).encode()
        yield FileChange(old, before, shim)
        yield FileChange(new, None, after, moved_from=old)
    for path in new_packages(settings, relocation):
        yield FileChange(path, None, b"")
