"""Imports that a file needed only for what has moved away go; all others stay, byte for byte."""

import ast
import re
from collections.abc import Iterator, Sequence
from typing import TypeGuard

from refactor_tools.changes.text import apply_edits
from refactor_tools.codemods.import_scopes import Names, bound_name, read_names
from refactor_tools.codemods.text import Text
from refactor_tools.model.changes import Edit
from refactor_tools.scan.exports import exports

_NOQA = re.compile(r"#\s*noqa(?!\s*:(?!.*\bF401\b))", re.IGNORECASE)

ImportStatement = ast.Import | ast.ImportFrom


def newly_unused(before: str, after: str) -> frozenset[str]:
    """Names that imports of `after` bind, that `before` used and that `after` does not use.

    Imports that were not used before are none of this run's business. Names in `__all__`, star imports, `import x as
    x`, imports under `# noqa: F401` and those that a `try` or `if` chooses are used by definition.
    """
    return frozenset(name for _, _, name in _removable(before, after))


def without_unused(before: str, after: str, keep: frozenset[str]) -> str:
    """`after` without the imports that became unused by the change from `before`, but for those that bind `keep`."""
    while True:
        text = Text(after)
        leaving: dict[ast.stmt, list[ast.alias]] = {}
        for statement, alias, name in _removable(before, after):
            if name not in keep:
                leaving.setdefault(statement, []).append(alias)
        if not leaving:
            return after
        after = apply_edits(after, list(_edits(text, ast.parse(after), leaving)))


def _removable(before: str, after: str) -> Iterator[tuple[ast.stmt, ast.alias, str]]:
    old, new = read_names(ast.parse(before), before), read_names(ast.parse(after), after)
    text = Text(after)
    listed = exports(new.tree)
    kept = set(listed.names) if listed is not None else set()
    for statement in _statements(new.tree):
        if _NOQA.search(text.value[text.start(statement) : text.line_end(text.end(statement))]):
            continue
        for alias in statement.names:
            name = bound_name(statement, alias)
            explicit = alias.asname is not None and alias.asname == alias.name
            several = len(new.module.binders.get(name, ())) > 1 and not _all_plain(new, name)
            if alias.name == "*" or explicit or several or name in kept:
                continue
            if _is_used(old, before, name) and not _is_used(new, after, name):
                yield statement, alias, name


def _statements(tree: ast.Module) -> Iterator[ImportStatement]:
    """Imports that always run, and those for type checkers only."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif is_type_checking(node):
            yield from (inner for inner in node.body if isinstance(inner, ast.Import | ast.ImportFrom))


def is_type_checking(node: ast.stmt) -> TypeGuard[ast.If]:
    """Whether it is `if TYPE_CHECKING:` without an `else`, on lines of its own."""
    return (
        isinstance(node, ast.If)
        and not node.orelse
        and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        and node.body[0].lineno > node.lineno
    )


def _all_plain(names: Names, name: str) -> bool:
    """Whether all that binds the name are submodule imports such as `import a.b` and `import a.c`."""
    return all(
        isinstance(binder, ast.alias) and binder.asname is None and isinstance(names.parents[binder], ast.Import)
        for binder in names.module.binders[name]
    )


def _is_used(names: Names, text: str, name: str) -> bool:
    if any(node.id == name for node, _ in names.reads):
        return True
    if any(name in scope.declared for scope in names.scopes):
        return True
    word = re.compile(rf"\b{re.escape(name)}\b")
    documentation = _docstrings(names.tree)
    for node in ast.walk(names.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and word.search(node.value):
            prose = id(node) in documentation and ">>>" not in node.value
            if not prose:
                return True
    return any("type:" in line.partition("#")[2] and word.search(line.partition("#")[2]) for line in text.splitlines())


def _docstrings(tree: ast.Module) -> set[int]:
    """The texts that stand as statements of their own."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _edits(text: Text, tree: ast.Module, leaving: dict[ast.stmt, list[ast.alias]]) -> Iterator[Edit]:
    for node in tree.body:
        if is_type_checking(node):
            twins = [_twin(inner, leaving) for inner in node.body]
            if all(
                twin is not None and len(leaving[twin]) == len(_names(inner))
                for twin, inner in zip(twins, node.body, strict=True)
            ):
                for twin in twins:
                    leaving.pop(twin) if twin is not None else None
                yield Edit(text.line_start(text.start(node)), text.next_line(text.end(node)), "")
    for statement, aliases in leaving.items():
        if len(aliases) == len(_names(statement)):
            yield _whole(text, statement)
        else:
            yield from _some(text, statement, aliases)


def _names(node: ast.stmt | None) -> Sequence[ast.alias]:
    return node.names if isinstance(node, ast.Import | ast.ImportFrom) else ()


def _twin(node: ast.stmt, leaving: dict[ast.stmt, list[ast.alias]]) -> ast.stmt | None:
    """The key of `leaving` that stands where `node` does: the two come from two parses of one text."""
    place = (node.lineno, node.col_offset)
    return next((key for key in leaving if (key.lineno, key.col_offset) == place), None)


def _whole(text: Text, statement: ast.stmt) -> Edit:
    """The statement with its line, or with its semicolon where it shares the line."""
    start, end = text.start(statement), text.end(statement)
    rest = text.value[end : text.line_end(end)]
    if text.indent(start) is not None and (not rest.strip() or rest.lstrip().startswith("#")):
        return Edit(text.line_start(start), _past_blanks(text, text.line_start(start), text.next_line(end)), "")
    behind = re.compile(r"[ \t]*;[ \t]*").match(text.value, end)
    if behind is not None and behind.end() < text.line_end(end):
        return Edit(start, behind.end(), "")
    before = re.compile(r"[ \t]*;[ \t]*$").search(text.value[text.line_start(start) : start])
    return Edit(start - (len(before[0]) if before else 0), behind.end() if behind else end, "")


def _past_blanks(text: Text, start: int, end: int) -> int:
    """`end`, moved over blank lines where those before `start` part the neighbours already."""
    above = text.value[:start].splitlines()[-1:]
    if above and above[0].strip():
        return end
    while end < len(text.value) and not text.value[end : text.line_end(end)].strip():
        end = text.next_line(end)
    return end


def _some(text: Text, statement: ast.stmt, aliases: Sequence[ast.alias]) -> Iterator[Edit]:
    """The spans of some of a statement's names, each with the comma that joins it to the others."""
    names = _names(statement)
    going = {(alias.lineno, alias.col_offset) for alias in aliases}
    kept = [alias for alias in names if (alias.lineno, alias.col_offset) not in going]
    for position, alias in enumerate(names):
        if alias in kept:
            continue
        start, end = text.start(alias), text.end(alias)
        comma = re.compile(r"\s*,").match(text.value, end)
        after = comma.end() if comma is not None else end
        alone = text.indent(start) is not None and re.match(r"[ \t]*(#.*)?$", text.value[after : text.line_end(after)])
        if alone and text.line_start(start) > text.start(statement):
            yield Edit(text.line_start(start), text.next_line(after), "")
        elif position + 1 < len(names) and any(other in kept for other in names[position + 1 :]):
            blanks = re.compile(r"[ \t]*").match(text.value, after)
            yield Edit(start, blanks.end() if blanks else after, "")
        else:
            # Nothing that stays follows: the comma before goes, and with it all from the last name that stays.
            if alias is names[names.index(kept[-1]) + 1]:
                yield Edit(text.end(kept[-1]), text.end(names[-1]), "")
            return
