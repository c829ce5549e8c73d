"""The imports at the head of a new file: those that it uses, as they were written."""

import ast
import builtins
import re
from collections.abc import Iterable, Sequence
from posixpath import dirname

from refactor_tools.changes.text import apply_edits
from refactor_tools.codemods.import_scopes import bound_name
from refactor_tools.codemods.text import Text
from refactor_tools.model.changes import Edit
from refactor_tools.splitting.arrangement import Arrangement
from refactor_tools.splitting.kinds import quoted_names
from refactor_tools.splitting.place import Place, relative_import_edits
from refactor_tools.splitting.source import ModuleSource, Statement
from refactor_tools.splitting.units import Unit

WIDTH = 88
_PRAGMA = re.compile(r"noqa|type:|pylint:|pyright:|pragma:")
_KNOWN = frozenset(dir(builtins)) | {"__doc__", "__module__", "__qualname__", "__class__", "__annotations__"}


def header(arrangement: Arrangement, place: Place, stem: str) -> str:
    """Import statements and loggers of one new file, in the order of the old one, those of other new files last."""
    source = arrangement.source
    units = arrangement.files[stem]
    wanted = needed_names(source, units)
    loggers = [
        _logger(source, item, place) for item in source.statements if item.kind == "logger" and item.binds & wanted
    ]
    siblings = "".join(
        import_lines(f".{other}", names, source.newline) for other, names in sibling_names(arrangement, stem).items()
    )
    parts = [part for part in (import_section(source, wanted, place.folder), siblings, "".join(loggers)) if part]
    return source.newline.join(parts)


def import_section(source: ModuleSource, wanted: frozenset[str], folder: str) -> str:
    """The import statements that a file in `folder` needs for the names `wanted`, in order and set off as they were."""
    sections: list[str] = []
    previous: Statement | None = None
    for item in source.statements:
        text = repeated(source, item, wanted, folder) if item.kind in ("import", "future") else ""
        if text:
            if previous is not None and _apart(source, previous, item):
                sections.append(source.newline)
            sections.append(text)
            previous = item
    return "".join(sections)


def sibling_names(arrangement: Arrangement, stem: str) -> dict[str, list[str]]:
    """What a new file reads from the others, by their stems."""
    read = {name for unit in arrangement.files[stem] for item in unit.statements for name in item.reads}
    homes = arrangement.homes
    return {other: sorted(name for name in read if homes.get(name) == other) for other in arrangement.imports(stem)}


def needed_names(source: ModuleSource, units: Iterable[Unit]) -> frozenset[str]:
    """Names that the units read, with what the guarded imports of these read in turn; "*" where some are unbound."""
    statements = [item for unit in units for item in unit.statements]
    found = {name for item in statements for name in item.reads}
    waiting = list(found)
    while waiting:
        for item in source.binders.get(waiting.pop(), ()):
            if item.kind in ("import", "logger"):
                fresh = item.reads - found
                found |= fresh
                waiting += fresh
    unbound = {name for item in statements for name in item.unbound} - _KNOWN
    unbound |= {name for item in statements for node in item.nodes for name in quoted_names(node)} - set(source.binders)
    if unbound - _KNOWN:
        found.add("*")
    return frozenset(found)


def repeated(source: ModuleSource, item: Statement, wanted: frozenset[str], folder: str) -> str:
    """What a new file in `folder` takes over of an import statement, "" for nothing."""
    old_folder = dirname(source.path)
    if item.kind == "future":
        return source.of(item).rstrip() + source.newline
    if len(item.nodes) == 1 and isinstance(item.node, ast.If) and _only_imports(item.node):
        return _guarded(source, item.node, wanted, old_folder, folder)
    if len(item.nodes) == 1 and isinstance(item.node, ast.Import | ast.ImportFrom):
        return _statement(source, item.node, wanted, old_folder, folder, source.text.value[item.head : item.end])
    if not item.binds & wanted:
        return ""
    edits = [edit for node in item.nodes for edit in relative_import_edits(source.text, node, old_folder, folder)]
    return edited(source.text, item.head, item.end, edits).rstrip() + source.newline


def _only_imports(node: ast.If) -> bool:
    return not node.orelse and all(isinstance(inner, ast.Import | ast.ImportFrom) for inner in node.body)


def _guarded(source: ModuleSource, node: ast.If, wanted: frozenset[str], old: str, new: str) -> str:
    """An `if TYPE_CHECKING:` block with the imports that are used."""
    text = source.text
    lines = []
    for inner in node.body:
        assert isinstance(inner, ast.Import | ast.ImportFrom)
        start, end = text.line_start(text.start(inner)), text.next_line(text.end(inner))
        if inner.lineno == node.lineno:
            names = {bound_name(inner, alias) for alias in inner.names}
            whole = edited(text, text.start(node), text.end(node), relative_import_edits(text, node, old, new))
            return whole + source.newline if names & wanted else ""
        lines.append(_statement(source, inner, wanted, old, new, text.value[start:end]))
    if not any(lines):
        return ""
    return text.value[text.line_start(text.start(node)) : text.starts[node.body[0].lineno - 1]] + "".join(lines)


def _statement(
    source: ModuleSource,
    node: ast.Import | ast.ImportFrom,
    wanted: frozenset[str],
    old: str,
    new: str,
    written: str,
) -> str:
    """One import with the names that are used: as written where all are."""
    text = source.text
    kept = [alias for alias in node.names if (alias.name if alias.name == "*" else bound_name(node, alias)) in wanted]
    if not kept:
        return ""
    edits = relative_import_edits(text, node, old, new)
    start, end = text.start(node), text.end(node)
    indent = text.value[text.line_start(start) : start]
    whole = edited(text, start, end, edits)
    comment = _comment(text, node)
    if len(kept) == len(node.names):
        return indent + whole + comment + source.newline
    comment = comment if _PRAGMA.search(comment) else ""
    names = [f"{alias.name} as {alias.asname}" if alias.asname else alias.name for alias in kept]
    head = whole.partition("import")[0] + "import" if isinstance(node, ast.ImportFrom) else "import"
    line = f"{indent}{head} {', '.join(names)}{comment}"
    if len(line) <= WIDTH or isinstance(node, ast.Import):
        return line + source.newline
    inner = "".join(f"{indent}    {name},{source.newline}" for name in names)
    return f"{indent}{head} ({comment.strip()}{source.newline}{inner}{indent}){source.newline}"


def _comment(text: Text, node: ast.stmt) -> str:
    """The comment behind a statement, with the blanks before it."""
    end = text.end(node)
    rest = text.value[end : text.line_end(end)]
    return rest.rstrip() if rest.lstrip().startswith("#") else ""


def _logger(source: ModuleSource, item: Statement, place: Place) -> str:
    """The logger of the old module: in a submodule its name lies below the old one, elsewhere it is spelled out."""
    edits = []
    if not place.below:
        for node in ast.walk(item.node):
            if isinstance(node, ast.Name) and node.id == "__name__":
                start = source.text.start(node)
                edits.append(Edit(start, start + len(node.id), f'"{place.module}"'))
    return edited(source.text, item.head, item.end, edits).rstrip() + source.newline


def import_lines(module: str, names: Sequence[str], newline: str, *, indent: str = "") -> str:
    """`from module import names`, on several lines where one is too long."""
    line = f"{indent}from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line + newline
    inner = "".join(f"{indent}    {name},{newline}" for name in names)
    return f"{indent}from {module} import ({newline}{inner}{indent}){newline}"


def edited(text: Text, start: int, end: int, edits: Iterable[Edit]) -> str:
    """The text from `start` to `end` with those of the edits that lie in it."""
    inside = [Edit(edit.start - start, edit.end - start, edit.new) for edit in edits if start <= edit.start < end]
    return apply_edits(text.value[start:end], inside)


def _apart(source: ModuleSource, previous: Statement, item: Statement) -> bool:
    """Whether a blank line stood between two imports."""
    between = source.text.value[previous.head : item.head].splitlines()
    return any(not line.strip() for line in between[-1:]) or any(
        not line.strip()
        for other in source.statements[previous.number + 1 : item.number + 1]
        for line in source.above(other).splitlines()
    )
