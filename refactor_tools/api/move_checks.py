"""What stands against a move: asked before anything is written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from refactor_tools.codemods.relocation import Relocation
    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.model.facts import FileFacts
    from refactor_tools.settings import Settings


def require_possible(settings: Settings, relocation: Relocation, *, shims: str) -> None:
    """Raises RefactorError where the new place is taken, lies in the old one, or would hide another module, and where a
    file that goes holds the shim of a component."""
    from refactor_tools.errors import RefactorError

    folder = relocation.root.folder
    inside = f"{relocation.new}.".startswith(f"{relocation.old}.") and shims == "legacy"
    if inside or (folder is not None and f"{relocation.new_folder}/".startswith(f"{folder}/")):
        raise RefactorError(f"lies in `{relocation.old}` itself; move it elsewhere first", relocation.new)
    for path in (*relocation.files.values(), *_other_forms(relocation)):
        if (settings.root / path).exists():
            raise RefactorError("exists already; choose another name, or move that away first", path)
    hidden = _hidden(settings, relocation)
    if hidden:
        raise RefactorError(f"would hide {hidden}; choose another name", relocation.new)
    for path in _shims(settings, relocation.files):
        raise RefactorError(
            "holds the shim of a component; migrate its users and run `refactor-tools prune-shims` first", path
        )


def require_no_cycle(settings: Settings, relocation: Relocation, changes: ChangeSet) -> None:
    """Raises RefactorError where files would import each other in a ring at runtime that do not now."""
    from dataclasses import replace

    from refactor_tools.errors import RefactorError
    from refactor_tools.graph.imports import import_graph
    from refactor_tools.scan.tree import scan_tree

    scan = scan_tree(settings.root, [settings.root], settings)
    after = replace(scan, files=tuple(_files_after(scan.files, relocation, changes)))
    known = [{relocation.path(path) for path in cycle.paths} for cycle in import_graph(scan).cycles if cycle.at_runtime]
    for cycle in import_graph(after).cycles:
        if cycle.at_runtime and not any(known_ring >= set(cycle.paths) for known_ring in known):
            ring = " -> ".join((*cycle.paths, cycle.paths[0]))
            raise RefactorError(f"files would import each other in a ring: {ring}; break it first", relocation.new)


def _files_after(files: Collection[FileFacts], relocation: Relocation, changes: ChangeSet) -> Iterator[FileFacts]:
    from refactor_tools.model.facts import Source
    from refactor_tools.scan.facts import file_facts
    from refactor_tools.scan.read import decode

    changed = {change.path: change.after for change in changes.effective}
    yield from (facts for facts in files if facts.path not in changed)
    for path, data in sorted(changed.items()):
        # A shim loads the new module when it is used, not when it is loaded.
        if data is None or not path.endswith(".py") or path in relocation.files:
            continue
        source = decode(path, data)
        if isinstance(source, Source):
            yield file_facts(source)


def _other_forms(relocation: Relocation) -> Iterator[str]:
    """The paths that would answer to the new name as well."""
    for old, new in relocation.files.items():
        if relocation.root.folder is None and old == relocation.root.path:
            yield new.removesuffix(".py")
    if relocation.root.folder is not None:
        yield relocation.new_folder
        yield f"{relocation.new_folder}.py"


def _hidden(settings: Settings, relocation: Relocation) -> str:
    """What an import of the new name's first part gives now, if that is no part of the tree."""
    from importlib.machinery import PathFinder
    from pathlib import Path

    head = relocation.new.partition(".")[0]
    if relocation.before.imported("", head, 0) is not None:
        return ""
    if head in sys.stdlib_module_names:
        return f"the standard library's `{head}`"
    places = [entry for entry in sys.path if entry and not Path(entry).resolve().is_relative_to(settings.root)]
    found = PathFinder.find_spec(head, [entry for entry in places if "site-packages" in entry])
    if found is None or (found.origin and Path(found.origin).resolve().is_relative_to(settings.root)):
        return ""
    return f"the installed package `{head}`"


def _shims(settings: Settings, paths: Collection[str]) -> Iterator[str]:
    from refactor_tools.api.migrate import keymaps

    for keymap in keymaps(settings):
        for original in keymap.originals:
            path = original.id.partition("::")[0]
            if original.form != "none" and path in paths:
                yield path
