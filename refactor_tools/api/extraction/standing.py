"""Shims as they stand in a tree: who uses them, and how they are taken out of a scratch copy."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from refactor_tools.api.checkpoint_names import NameTable
from refactor_tools.api.extraction.library import legacy_module, write_support
from refactor_tools.api.extraction.scratch import Scratch
from refactor_tools.api.migrate import source_tree
from refactor_tools.api.shim_log import read_log
from refactor_tools.api.tasks import read_keymaps
from refactor_tools.catalogue.index import index_changes
from refactor_tools.certificates.store import dump_keymap, keymap_path
from refactor_tools.changes.text import encode
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.shim_blocks import adapted_definition, handed_out
from refactor_tools.codemods.shim_removal import without_shims
from refactor_tools.codemods.shim_users import python_users, text_users
from refactor_tools.model.checkpoints import PickledName
from refactor_tools.model.components import KeyMap, OriginalRecord
from refactor_tools.model.facts import Source
from refactor_tools.model.shims import ShimUse, ShimUsers
from refactor_tools.scan.discover import discover, relative_path
from refactor_tools.scan.read import read_source
from refactor_tools.settings import Settings


def standing_shims(settings: Settings, keymaps: Sequence[KeyMap], *, log: Path | None = None) -> Iterator[ShimUsers]:
    """Every shim that is there, with those who use it."""

    tree = source_tree(settings)
    texts = _other_texts(settings)
    logged = _logged(settings, keymaps, tree, log)
    library = f"{settings.library.strip('/')}/"
    for keymap, record, path, name in _records(keymaps):
        form = _form(tree, path, name)
        if form is None:
            continue
        found = [use for use in python_users(path, name, tree) if not use.path.startswith(library)]
        users = (*dict.fromkeys([*found, *text_users(path, name, texts), *logged.get(record.id, ())]),)
        yield ShimUsers(record.id, f"{legacy_module(settings, path)}.{name}", path, name, keymap.component, form, users)


def remove_shims(scratch: Scratch, shims: Sequence[ShimUsers], forgotten: Iterable[str] = ()) -> None:
    """Take shims out of the scratch copy's legacy files, records, `_legacy.py` and index.

    `forgotten` are originals whose shim is out of its file already.
    """

    gone = {shim.original for shim in shims} | set(forgotten)
    for path in dict.fromkeys(shim.path for shim in shims):
        source = read_source(scratch.root, path)
        assert isinstance(source, Source)
        text = without_shims(source.text, {shim.name for shim in shims if shim.path == path})
        scratch.write(path, encode(source, text))
    for keymap in read_keymaps(scratch.root):
        originals = tuple(replace(item, form="none") if item.id in gone else item for item in keymap.originals)
        if originals != keymap.originals:
            scratch.write(keymap_path(keymap.name), dump_keymap(replace(keymap, originals=originals)))
    write_support(scratch)
    for change in index_changes(scratch.settings):
        scratch.write(change.path, change.after)


def _records(keymaps: Sequence[KeyMap]) -> Iterator[tuple[KeyMap, OriginalRecord, str, str]]:
    for keymap in keymaps:
        for record in keymap.originals:
            path, _, name = record.id.partition("::")
            if record.form != "none":
                yield keymap, record, path, name.partition("@")[0]


def _form(tree: SourceTree, path: str, name: str) -> Literal["alias", "adapted"] | None:
    """How the file gives the old name, None where it does not."""

    names = tree.names(path)
    if names is None:
        return None
    if name in handed_out(names.tree):
        return "alias"
    return "adapted" if adapted_definition(names.tree, name) is not None else None


def _other_texts(settings: Settings) -> dict[str, str]:

    others = discover(settings.root, [settings.root], settings).others
    return {
        relative_path(settings.root, file): file.read_bytes().decode("utf-8", "replace")
        for file in others
        if file.is_file()
    }


def _logged(
    settings: Settings, keymaps: Sequence[KeyMap], tree: SourceTree, log: Path | None
) -> Mapping[str, Sequence[ShimUse]]:
    """The uses in a log, by the original that each line may mean."""

    if log is None:
        return {}
    table = NameTable(settings, keymaps, tree)
    found: dict[str, list[ShimUse]] = {}
    for old, use in read_log(log):
        module, _, name = old.rpartition(".")
        for _, original in table.originals_of(PickledName(module, name)):
            found.setdefault(original.id, []).append(use)
    return found
