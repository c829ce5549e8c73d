"""A package's `__init__.py` gains one re-export; every other byte of it stays."""

import ast
import re
from collections.abc import Sequence

from refactor_tools.errors import RefactorError
from refactor_tools.model.changes import Edit

WIDTH = 120


def with_export(init_text: str | None, module: str, name: str) -> str:
    """The text with `from .module import name` and its `__all__` entry, each at its sorted place.

    An `__init__.py` that binds names but declares no `__all__` gets none, since one would hide those names from a star
    import; the explicit form `import name as name` then marks the re-export for type checkers.

    Args:
        init_text: the file as it is, None where there is none
        module: the module beside it, without the leading dot
        name: what the module defines

    Raises:
        RefactorError: the text does not parse, exports the name from elsewhere, or computes its `__all__`.
    """
    fresh = f'from .{module} import {name}\n\n__all__ = ["{name}"]\n'
    if init_text is None or not init_text.strip():
        return fresh
    tree = _parsed(init_text)
    text = _Text(init_text)
    if all(_is_preamble(statement) for statement in tree.body):
        return init_text.rstrip() + text.newline * 2 + fresh.replace("\n", text.newline)
    declared = _all_assignment(tree)
    edits = [_import_edit(text, tree, module, name if declared is not None else f"{name} as {name}", name)]
    if declared is not None:
        edits.append(_all_edit(text, declared, name))
    return text.edited([edit for edit in edits if edit is not None])


def exported_names(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """What a package re-exports from its own modules: exported name to (module without its dot, name there)."""
    return {
        alias.asname or alias.name: (statement.module or "", alias.name)
        for statement in tree.body
        if isinstance(statement, ast.ImportFrom) and statement.level == 1
        for alias in statement.names
    }


class _Text:
    """Source with offsets as `ast` counts them: bytes of UTF-8."""

    def __init__(self, text: str) -> None:
        self.newline = "\r\n" if "\r\n" in text else "\n"
        if not text.endswith("\n"):
            text += self.newline
        self.data = text.encode()
        self.starts = [0, *(match.end() for match in re.finditer(rb"\r\n|\n|\r", self.data))]

    def offset(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column

    def line(self, line: int) -> bytes:
        return self.data[self.starts[line - 1] : self.starts[line]]

    def edited(self, edits: Sequence[Edit]) -> str:
        data = self.data
        for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
            data = data[: edit.start] + edit.new.encode() + data[edit.end :]
        return data.decode()


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise RefactorError(f"line {error.lineno} does not parse; repair it, then run again", "__init__.py") from error


def _all_assignment(tree: ast.Module) -> ast.expr | None:
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                return value
            case ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value):
                return value
    return None


def _is_preamble(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant(value=str())) | ast.ImportFrom(module="__future__"):
            return True
    return False


def _import_edit(text: _Text, tree: ast.Module, module: str, alias: str, name: str) -> Edit | None:
    relative = [s for s in tree.body if isinstance(s, ast.ImportFrom) and s.level == 1 and s.module]
    for statement in relative:
        if any((known.asname or known.name) == name for known in statement.names):
            if statement.module == module:
                return None
            raise RefactorError(
                f"`{name}` is exported from `.{statement.module}` already; give one of them another name", "__init__.py"
            )
    for statement in relative:
        if statement.module == module and statement.names[0].name != "*":
            return _inserted(text, statement, statement.names, [known.name for known in statement.names], name, alias)
    line = f"from .{module} import {alias}{text.newline}"
    later = next((s for s in relative if _natural(s.module or "") > _natural(module)), None)
    if later is not None:
        at = text.offset(later.lineno, 0)
        return Edit(at, at, line)
    return _after_imports(text, tree, line)


def _after_imports(text: _Text, tree: ast.Module, line: str) -> Edit:
    imports: list[ast.stmt] = [s for s in tree.body if isinstance(s, ast.Import | ast.ImportFrom)]
    before = imports[-1:] or [s for s in tree.body[:1] if _is_preamble(s)]
    if not before:
        at = text.offset(tree.body[0].lineno, 0)
        return Edit(at, at, line + text.newline)
    last = before[0]
    at = text.starts[last.end_lineno or last.lineno]
    beside = isinstance(last, ast.ImportFrom) and last.level > 0
    return Edit(at, at, line if beside else text.newline + line)


def _all_edit(text: _Text, value: ast.expr, name: str) -> Edit | None:
    literal = next((node for node in ast.walk(value) if isinstance(node, ast.List | ast.Tuple)), None)
    if literal is None:
        raise RefactorError(f"`__all__` is computed; add `{name}` to what it is made of", "__init__.py")
    names = [element.value if isinstance(element, ast.Constant) else "" for element in literal.elts]
    if name in names:
        return None
    if not literal.elts:
        start, end = _span(text, literal)
        return Edit(start, end, f'["{name}"]' if isinstance(literal, ast.List) else f'("{name}",)')
    return _inserted(text, literal, literal.elts, [str(entry) for entry in names], name, f'"{name}"')


def _inserted(
    text: _Text,
    holder: ast.ImportFrom | ast.expr,
    items: Sequence[ast.expr | ast.alias],
    names: Sequence[str],
    name: str,
    new: str,
) -> Edit:
    """`new` before the first item whose name sorts after it, in the layout that the items have."""
    key = _in_import if isinstance(holder, ast.ImportFrom) else _by_type
    index = next((i for i, other in enumerate(names) if key(other) > key(name)), len(items))
    width = len(text.line(holder.lineno)[: holder.end_col_offset]) + len(new) + 2
    if holder.end_lineno == holder.lineno and width > WIDTH:
        sources = [_source(text, item) for item in items]
        return _one_a_line(text, holder, [*sources[:index], new, *sources[index:]])
    if index < len(items):
        at = _span(text, items[index])[0]
        return Edit(at, at, f"{new},{_joint(text, items[index])}")
    at = _span(text, items[-1])[1]
    if _opens_line(text, items[-1]) and text.data[at : at + 1] == b",":
        at = text.starts[items[-1].end_lineno or items[-1].lineno]
        return Edit(at, at, f"{_joint(text, items[-1])[len(text.newline) :]}{new},{text.newline}")
    return Edit(at, at, f",{_joint(text, items[-1])}{new}")


def _one_a_line(text: _Text, holder: ast.ImportFrom | ast.expr, sources: Sequence[str]) -> Edit:
    start, end = _span(text, holder)
    opened, closed = "(", ")"
    if isinstance(holder, ast.ImportFrom):
        opened = f"from .{holder.module} import ("
    elif text.data[start : start + 1] == b"[":
        opened, closed = "[", "]"
    body = "".join(f"    {source},{text.newline}" for source in sources)
    return Edit(start, end, f"{opened}{text.newline}{body}{closed}")


def _opens_line(text: _Text, item: ast.expr | ast.alias) -> bool:
    return not text.line(item.lineno)[: item.col_offset].strip()


def _joint(text: _Text, item: ast.expr | ast.alias) -> str:
    """What stands between two items: a line break with the item's indent where it opens its line, else a space."""
    if not _opens_line(text, item):
        return " "
    return text.newline + text.line(item.lineno)[: item.col_offset].decode()


def _span(text: _Text, node: ast.stmt | ast.expr | ast.alias) -> tuple[int, int]:
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
    return text.offset(node.lineno, node.col_offset), text.offset(end_line, end_column)


def _source(text: _Text, node: ast.expr | ast.alias) -> str:
    start, end = _span(text, node)
    return text.data[start:end].decode()


def _by_type(name: str) -> tuple[int, list[tuple[int, int, str]]]:
    """Constants, then classes, then the rest, as in `__all__`."""
    kind = 0 if len(name) > 1 and name.isupper() else 1 if name[:1].isupper() else 2
    return kind, _natural(name)


def _in_import(name: str) -> tuple[int, list[tuple[int, int, str]]]:
    """As isort orders the members of an import: the same kinds, in each by the letters alone."""
    return _by_type(name)[0], _natural(name.lower())


def _natural(name: str) -> list[tuple[int, int, str]]:
    parts = re.findall(r"\d+|\D+", name)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]
