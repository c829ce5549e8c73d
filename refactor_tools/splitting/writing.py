"""The texts of a division: the new files, and the facade that hands out all the old names."""

import ast
from collections.abc import Iterator, Sequence
from posixpath import basename, dirname

from refactor_tools.codemods.import_scopes import bound_name
from refactor_tools.codemods.unused_imports import without_unused
from refactor_tools.scan.exports import exports
from refactor_tools.splitting.arrangement import Arrangement
from refactor_tools.splitting.headers import edited, header, import_lines
from refactor_tools.splitting.place import Place, relative_import_edits
from refactor_tools.splitting.source import ModuleSource, Statement

_NAMED = 3


def part_text(arrangement: Arrangement, place: Place, stem: str) -> str:
    """One new file: docstring, what it imports, and its definitions as they stood."""
    source = arrangement.source
    newline = source.newline
    sections = [f'"""{_sentence(arrangement, place, stem)}"""{newline}', header(arrangement, place, stem)]
    statements = [item for unit in arrangement.files[stem] for item in unit.statements]
    statements.sort(key=lambda item: item.number)
    body = "".join(_bodies(source, statements, dirname(source.path), place.folder))
    head = newline.join(section for section in sections if section)
    gap = newline * (2 if statements[0].kind == "definition" else 1)
    return head + gap + body.lstrip("\r\n").rstrip() + newline


def _bodies(source: ModuleSource, statements: Sequence[Statement], old: str, new: str) -> Iterator[str]:
    previous: Statement | None = None
    for item in statements:
        edits = [edit for node in item.nodes for edit in relative_import_edits(source.text, node, old, new)]
        text = edited(source.text, item.head, item.end, edits)
        above = source.above(item)
        if previous is None or previous.number != item.number - 1:
            wide = item.kind == "definition" or (previous is not None and previous.kind == "definition")
            above = source.newline * (2 if wide else 0) + above.lstrip("\r\n")
        yield above + (text if text.endswith(("\n", "\r")) else text + source.newline)
        previous = item


def _sentence(arrangement: Arrangement, place: Place, stem: str) -> str:
    """What is certain of a new file: what stands in it, and where that comes from."""
    units = arrangement.files[stem]
    classes = [name for unit in units for name in unit.classes]
    functions = [node.name for unit in units for node in unit.definitions if not isinstance(node, ast.ClassDef)]
    origin = basename(place.source) if place.form != "package" else f"{place.module.rpartition('.')[2]}.py"
    named = list(dict.fromkeys(classes or functions))
    if not named:
        return f"Constants of {origin}."
    if len(named) > _NAMED:
        return f"{', '.join(named[:_NAMED])} and {len(named) - _NAMED} more, from {origin}."
    shown = " and ".join(part for part in (", ".join(named[:-1]), named[-1]) if part)
    return f"{shown}, from {origin}."


def facade_text(arrangement: Arrangement, place: Place, read_outside: frozenset[str]) -> str:
    """The old file: what stays of it, with the moved names imported from their new files.

    `read_outside` are names that other files read from it: its imports of those stay.
    """
    source = arrangement.source
    old, new = dirname(place.source), dirname(place.facade)
    pieces: list[str] = []
    fresh = False
    for item in source.statements:
        if item.number == arrangement.position:
            pieces.append(_set_off(pieces, _block(arrangement, place, read_outside), source))
            fresh = True
        if item.number in arrangement.moved:
            continue
        edits = [edit for node in item.nodes for edit in relative_import_edits(source.text, node, old, new)]
        text = source.above(item) + edited(source.text, item.head, item.end, edits)
        pieces.append(source.newline + text if fresh and not text[:1].isspace() else text)
        fresh = False
    if arrangement.position >= len(source.statements):
        pieces.append(_set_off(pieces, _block(arrangement, place, read_outside), source))
    text = "".join(pieces) + source.tail
    text = text.rstrip() + source.newline if text.strip() else text
    if place.form == "init":
        return text
    return without_unused(source.text.value, text, read_outside)


def _set_off(pieces: Sequence[str], block: str, source: ModuleSource) -> str:
    """The block with a blank line before it, where something stands there."""
    if not pieces:
        return block
    ending = "" if pieces[-1].endswith(("\n", "\r")) else source.newline
    return ending + source.newline + block


def _block(arrangement: Arrangement, place: Place, read_outside: frozenset[str]) -> str:
    source = arrangement.source
    listed = exports(source.tree)
    own = listed is None and not any(item.kind == "exports" for item in source.statements) and not has_star(source)
    public = public_names(source, read_outside) if own else tuple(listed.names if listed is not None else ())
    lines = "".join(_imports(arrangement, place, frozenset(public)))
    if not own:
        return lines
    names = "".join(f'    "{name}",{source.newline}' for name in public)
    return f"{lines}{source.newline}__all__ = [{source.newline}{names}]{source.newline}"


def _imports(arrangement: Arrangement, place: Place, public: frozenset[str]) -> Iterator[str]:
    newline = arrangement.source.newline
    if place.form == "beside" and _is_script_like(arrangement.source) and place.both:
        yield f"if __package__:{newline}"
        for stem in arrangement.files:
            yield _import(arrangement, place.from_facade(stem), stem, public, "    ")
        yield f"else:{newline}"
        for stem in arrangement.files:
            yield _import(arrangement, place.bare(stem), stem, public, "    ")
        return
    for stem in arrangement.files:
        module = place.from_facade(stem) if place.below or place.both else place.bare(stem)
        yield _import(arrangement, module, stem, public, "")


def _is_script_like(source: ModuleSource) -> bool:
    """Whether the file can be imported without its package: none of its imports is relative."""
    return not any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(source.tree))


def _import(arrangement: Arrangement, module: str, stem: str, public: frozenset[str], indent: str) -> str:
    names = sorted(name for unit in arrangement.files[stem] for name in unit.binds)
    written = [name if name in public else f"{name} as {name}" for name in names]
    return import_lines(module, written, arrangement.source.newline, indent=indent)


def has_star(source: ModuleSource) -> bool:
    """Whether the file hands on what a star import brings: only Python knows what that is."""
    nodes = (node for item in source.statements if item.kind == "import" for node in item.nodes)
    return any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in nodes)


def public_names(source: ModuleSource, read_outside: frozenset[str]) -> tuple[str, ...]:
    """What the file offers: its own public names, and those of its imports that other files read from it."""
    own = {
        name
        for item in source.statements
        if item.kind not in ("import", "future", "guard")
        for name in item.binds
        if not name.startswith("_")
    }
    imported = {
        bound_name(node, alias)
        for item in source.statements
        for node in item.nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    return tuple(sorted(own | {name for name in imported & read_outside if not name.startswith("_")}))
