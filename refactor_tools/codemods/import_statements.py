"""Retarget names of one `from ... import` statement; the names that stay keep their bytes."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from refactor_tools.codemods.import_text import insertion_before
from refactor_tools.codemods.text import Text
from refactor_tools.model.changes import Edit

_TOKEN = re.compile(r"#[^\r\n]*|\w+|\\?(?:\r\n|\r|\n)|[^\S\r\n]+|.")
_BREAK = re.compile(r"(?<![\\\r])[\r\n]")
_BLANK = re.compile(r"(?:[ \t\f]|\\(?:\r\n|\r|\n))*")


@dataclass(frozen=True, slots=True)
class Target:
    """Where an imported name is read from now."""

    module: str
    name: str


def retarget(text: Text, statement: ast.ImportFrom, targets: Mapping[ast.alias, Target]) -> list[Edit]:
    """Edits after which the names in `targets` come from there, in the same place and under the same bound names.

    Where other names stay, the moved ones get statements of their own right before.
    """
    stays = [alias for alias in statement.names if alias not in targets]
    if stays:
        return _split(text, statement, targets)
    module = targets[statement.names[0]].module
    leaving = {alias: target for alias, target in targets.items() if target.module != module}
    edits = [_module_edit(text, statement, module)]
    for alias in statement.names:
        target = targets[alias]
        if alias not in leaving and target.name != alias.name:
            start = text.start(alias)
            renamed = target.name if alias.asname else f"{target.name} as {alias.name}"
            edits.append(Edit(start, start + len(alias.name), renamed))
    return edits + (_split(text, statement, leaving) if leaving else [])


def _module_edit(text: Text, statement: ast.ImportFrom, module: str) -> Edit:
    start = text.start(statement)
    spans = [
        (start + match.start(), start + match.end())
        for match in _TOKEN.finditer(text.value[start : text.start(statement.names[0])])
        if not match[0].isspace() and not match[0].startswith(("\\", "#"))
    ]
    words = [text.value[begin:end] for begin, end in spans]
    first, last = spans[1], spans[words.index("import", 2) - 1]
    before = "" if text.value[first[0] - 1].isspace() else " "
    after = "" if text.value[last[1]].isspace() or text.value[last[1]] == "\\" else " "
    return Edit(first[0], last[1], f"{before}{module}{after}")


def _split(text: Text, statement: ast.ImportFrom, leaving: Mapping[ast.alias, Target]) -> list[Edit]:
    items = _items(text, statement)
    comments: dict[ast.alias, str] = {}
    edits: list[Edit] = []
    for index, item in enumerate(items):
        if item.alias in leaving:
            edit, comments[item.alias] = _removal(text, item, items[:index], statement.names[-1], leaving)
            edits += edit
    return [insertion_before(text, statement, _new_lines(leaving, comments)), *edits]


def _new_lines(leaving: Mapping[ast.alias, Target], comments: Mapping[ast.alias, str]) -> list[str]:
    """One statement per module, and one for each name that brings its comment along."""
    grouped: dict[str, list[str]] = {}
    commented: list[str] = []
    for alias in sorted(leaving, key=lambda alias: (alias.lineno, alias.col_offset)):
        target = leaving[alias]
        # `X as X` says that the name is handed on: the words stay.
        bound = alias.asname or ("" if target.name == alias.name else alias.name)
        name = f"{target.name} as {bound}" if bound else target.name
        if comments[alias]:
            commented.append(f"from {target.module} import {name}  {comments[alias]}")
        else:
            grouped.setdefault(target.module, []).append(name)
    return [f"from {module} import {', '.join(names)}" for module, names in grouped.items()] + commented


@dataclass(frozen=True, slots=True)
class _Item:
    """One imported name with the offset of the comma behind it (None: there is none)."""

    alias: ast.alias
    start: int
    end: int
    comma: int | None
    parenthesised: bool

    def blanks_after(self, text: Text, offset: int) -> int:
        """Where the blanks from `offset` on end, on this line or, without parentheses, past a backslash."""
        match = _BLANK.match(text.value, offset)
        assert match is not None
        end = match.end()
        if self.parenthesised and "\\" in match[0]:
            end = offset + match[0].index("\\")
        return end


def _items(text: Text, statement: ast.ImportFrom) -> list[_Item]:
    close = text.end(statement)
    parenthesised = text.value[close - 1] == ")"
    items = []
    for alias in statement.names:
        end = text.end(alias)
        comma = next(_significant(text.value[end:close]), None)
        where = end + comma.start() if comma and comma[0] == "," else None
        items.append(_Item(alias, text.start(alias), end, where, parenthesised))
    return items


def _significant(snippet: str) -> Iterator[re.Match[str]]:
    return (match for match in _TOKEN.finditer(snippet) if not match[0].isspace() and match[0][0] not in "#\\")


def _removal(
    text: Text, item: _Item, before: list[_Item], last: ast.alias, leaving: Mapping[ast.alias, Target]
) -> tuple[list[Edit], str]:
    """Edits that take one name out, and the comment that goes with it."""
    after = item.end if item.comma is None else item.comma + 1
    line_end = text.line_end(after)
    rest = text.value[after:line_end].strip()
    alone = item.parenthesised and text.indent(item.start) is not None and (not rest or rest.startswith("#"))
    if alone and text.line_end(item.start) == line_end:
        return [Edit(text.line_start(item.start), text.next_line(line_end), "")], rest
    if item.alias is last:
        kept = next(other for other in reversed(before) if other.alias not in leaving)
        assert kept.comma is not None
        if not _BREAK.search(text.value, kept.comma, item.start):
            return [Edit(kept.comma, kept.blanks_after(text, kept.comma + 1), ""), Edit(item.start, item.end, "")], ""
    end = item.blanks_after(text, after)
    start = item.start
    if text.value[end] in ")#\r\n" and text.indent(start) is None and before and before[-1].alias not in leaving:
        start = len(text.value[:start].rstrip(" \t"))
    return [Edit(start, end, "")], ""
