"""What nothing uses any more goes to the archive; with `used`, one module that is still in use."""

from __future__ import annotations

from posixpath import dirname, join
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from refactor_tools.model.archives import Archive, Archived
    from refactor_tools.model.changes import FileChange
    from refactor_tools.model.facts import FileFacts, Scan
    from refactor_tools.model.migrations import Migration
    from refactor_tools.settings import Settings

README = "README.md"
BEGIN, END = "<!-- archive-legacy -->", "<!-- /archive-legacy -->"


def archive(settings: Settings, paths: Sequence[Path] = ()) -> Archive:
    """What `archive-legacy` would do with the files in `paths` (empty: the legacy folders, else the whole tree).

    A file goes where nothing that stays uses it: no import, no string, no notebook, no settings. It stays, whatever
    uses it, while it holds a shim, and, unless it is named itself, where it is a test or a script.

    Raises:
        RefactorError: a path does not exist, a file cannot be read, or the archive has a file of that name.
    """
    from refactor_tools.graph.imports import import_graph
    from refactor_tools.graph.unused_files import needless
    from refactor_tools.model.archives import Archive, Stays
    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.scan.tree import scan_tree

    scan = scan_tree(settings.root, [settings.root], settings)
    graph = import_graph(scan)
    named, scope = _scope(settings, scan, paths)
    held = {facts.path: _held(settings, facts, facts.path in named) for facts in scan.files if facts.path in scope}
    candidates = [path for path, reason in held.items() if not reason]
    reasons = {**held, **needless(candidates, [facts.path for facts in scan.files], graph)}
    gone = [facts for facts in scan.files if facts.path in reasons and not reasons[facts.path]]
    rows = tuple(_archived(settings, gone))
    stays = tuple(Stays(path, reason) for path, reason in sorted(reasons.items()) if reason)
    computed = sum(1 for one in graph.unresolved if "computed" in one.reason)
    notices = (
        (f"{computed:,} imports are computed when the code runs; what they reach is not known",) if computed else ()
    )
    return Archive(
        ChangeSet("archive legacy", (*_moved(settings, rows), *_readme(settings, rows))),
        rows,
        stays,
        tuple(item for item in stays if item.path in named),
        notices if rows and computed else (),
    )


def archive_used(settings: Settings, path: str, *, strings: bool = False) -> tuple[Archive, Migration]:
    """What moving one module or package that is in use to the archive would do: its users follow it there.

    Raises:
        RefactorError: as `relocate` does.
    """
    from dataclasses import replace

    from refactor_tools.api.relocating import relocate
    from refactor_tools.model.archives import Archive
    from refactor_tools.scan.tree import scan_tree

    migration = relocate(settings, path, join(folder(settings), _below_source_root(settings, path)), strings=strings)
    moves = {change.moved_from: change.path for change in migration.changes.effective if change.moved_from}
    scan = scan_tree(settings.root, [settings.root], settings)
    gone = [facts for facts in scan.files if facts.path in moves]
    rows = tuple(replace(row, new=moves[row.path], used=True) for row in _archived(settings, gone))
    changes = replace(migration.changes, files=(*migration.changes.files, *_readme(settings, rows)))
    return Archive(changes, rows), replace(migration, changes=changes)


def folder(settings: Settings) -> str:
    """Where the archive is: the first folder of the settings' `archive`.

    Raises:
        RefactorError: the settings name only patterns.
    """
    from refactor_tools.errors import RefactorError

    for pattern in settings.archive:
        if not any(character in pattern for character in "*?["):
            return pattern.strip("/")
    raise RefactorError("name a folder in `archive`, not only patterns", "pyproject.toml")


def _below_source_root(settings: Settings, path: str) -> str:
    """The path from the folder that the module is imported from: under `src`, that is not the root."""
    parts = path.split("/")
    return "/".join(parts[parts.index("src") + 1 :] if "src" in parts[:-1] else parts)


def _scope(settings: Settings, scan: Scan, paths: Sequence[Path]) -> tuple[frozenset[str], frozenset[str]]:
    """The files that are named one by one, and all that may go."""
    from refactor_tools.errors import RefactorError
    from refactor_tools.scan.discover import relative_path

    known = {facts.path for facts in scan.files}
    wanted = [relative_path(settings.root, path) for path in paths]
    for path in wanted:
        if not (settings.root / path).exists():
            raise RefactorError("no such file or folder", path)
    named = frozenset(wanted) & known
    folders = tuple(f"{path}/" for path in (wanted or settings.legacy) if path not in named and path != ".")
    everything = (not wanted and not settings.legacy) or "." in wanted
    closed = tuple(f"{path.strip('/')}/" for path in (settings.library, settings.tests))
    inside = {path for path in known if everything or path.startswith(folders)} if folders or everything else set()
    return named, frozenset(named | {path for path in inside if not path.startswith(closed)})


def _held(settings: Settings, facts: FileFacts, named: bool) -> str:
    """Why a file stays, whatever uses it."""
    from refactor_tools.graph.unused_files import started
    from refactor_tools.scan.entry_points import entry_modules

    text = (settings.root / facts.path).read_bytes().decode("utf-8", "replace")
    shim = _shim(settings, facts.path, text)
    if shim or named:
        return shim
    module = "." + facts.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    if any(module.endswith(f".{name}") for name in entry_modules(settings.root)):
        return "an entry point of the project"
    return started(facts.path, text, _runs(text))


def _shim(settings: Settings, path: str, text: str) -> str:
    from refactor_tools.api.migrate import keymaps

    for keymap in keymaps(settings):
        for original in keymap.originals:
            if original.form != "none" and original.id.partition("::")[0] == path:
                return f"holds the shim of {keymap.name} until {settings.remove_in}"
    return f"a shim until {settings.remove_in}" if text.startswith('"""Moved to `') else ""


def _runs(text: str) -> bool:
    """Whether the file does something when it is loaded, besides binding names."""
    import ast

    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return False
    doing = ast.For | ast.While | ast.With | ast.Assert | ast.Raise | ast.Delete
    return any(
        isinstance(node, doing) or (isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant))
        for node in body
    )


def _archived(settings: Settings, gone: Iterable[FileFacts]) -> Iterator[Archived]:
    from refactor_tools.api.migrate import keymaps
    from refactor_tools.model.archives import Archived

    replaced: dict[str, set[str]] = {}
    for keymap in keymaps(settings):
        for original in keymap.originals:
            replaced.setdefault(original.id.partition("::")[0], set()).add(keymap.component)
    for facts in gone:
        names = dict.fromkeys(one.name for one in facts.definitions if "." not in one.id.partition("::")[2])
        new = join(folder(settings), facts.path)
        yield Archived(facts.path, new, tuple(names), tuple(sorted(replaced.get(facts.path, ()))))


def _moved(settings: Settings, rows: Iterable[Archived]) -> Iterator[FileChange]:
    from refactor_tools.errors import RefactorError
    from refactor_tools.model.changes import FileChange

    for row in rows:
        if (settings.root / row.new).exists():
            raise RefactorError("exists already; move it away first", row.new)
        data = (settings.root / row.path).read_bytes()
        yield FileChange(row.path, data, None)
        yield FileChange(row.new, None, data, moved_from=row.path)


def _readme(settings: Settings, rows: Sequence[Archived]) -> Iterator[FileChange]:
    """The archive's README with the new rows; what else stands in it stays."""
    from refactor_tools.model.changes import FileChange
    from refactor_tools.rendering import render

    if not rows:
        return
    path = join(folder(settings), README)
    place = settings.root / path
    before = place.read_bytes() if place.exists() else None
    text = f"# {dirname(path).rpartition('/')[2].capitalize()}\n\n" if before is None else before.decode("utf-8")
    head, begun, rest = text.partition(BEGIN)
    inside, _, tail = rest.partition(END)
    known = {line.split("|")[1].strip(): line for line in inside.splitlines() if line.startswith("| `")}
    known |= {f"`{row.new}`": _row(row) for row in rows}
    lines = [known[name] for name in sorted(known)]
    table = render("archive/readme.md.j2", begin=BEGIN, end=END, rows=lines)
    separate = "" if begun or head.endswith("\n\n") else "\n" if head.endswith("\n") else "\n\n"
    yield FileChange(path, before, f"{head}{separate}{table.rstrip()}{tail or chr(10)}".encode())


def _row(row: Archived) -> str:
    names = ", ".join(f"`{name}`" for name in row.names) or "-"
    replaced = ", ".join(f"`{name}`" for name in row.replaced)
    return f"| `{row.new}` | {names} | {replaced or ('it is still used' if row.used else 'nothing uses it')} |"
