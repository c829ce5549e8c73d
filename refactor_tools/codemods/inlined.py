"""A class in which components take the place of what it wrote out, and which loads what was saved before."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from refactor_tools.changes.text import apply_edits
from refactor_tools.codemods.shims import WIDTH, import_edit
from refactor_tools.codemods.text import Text
from refactor_tools.errors import RefactorError
from refactor_tools.model.adapters import Argument
from refactor_tools.model.changes import Edit
from refactor_tools.model.inlined import InlinedCopy, Span

_STEP = "    "


@dataclass(frozen=True, slots=True)
class Replacement:
    """A copy and where its component is imported from."""

    copy: InlinedCopy
    package: str

    @property
    def private(self) -> str:
        return f"_{self.copy.component}"

    @property
    def statement(self) -> str:
        return f"from {self.package} import {self.copy.component} as {self.private}"


def with_components(text: str, path: str, holder: str, replaced: Sequence[Replacement], support: str) -> str:
    """The file's text with components in place of their copies in the class `holder`.

    `support` is the package that holds `_legacy`.

    Raises:
        RefactorError: the file binds a name that this needs to something else.
    """
    tree, source = ast.parse(text), Text(text)
    node = next(item for item in tree.body if isinstance(item, ast.ClassDef) and item.name == holder)
    _require_free(tree, path, replaced)
    edits = [import_edit(tree, source, sorted({item.statement for item in replaced} - _imported(tree)), support)]
    edits += _class_edits(source, node, replaced)
    for item in replaced:
        edits += _copy_edits(source, item)
    return apply_edits(text, edits)


def _imported(tree: ast.Module) -> set[str]:
    """Imports from other modules at the top level, a name each."""
    return {
        f"from {node.module} import {alias.name} as {alias.asname}"
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _require_free(tree: ast.Module, path: str, replaced: Sequence[Replacement]) -> None:
    needed = {"_legacy": "_legacy", **{item.private: item.copy.component for item in replaced}}
    for node in tree.body:
        bound: dict[str, str] = {}
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            bound = {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            bound = {node.name: ""}
        elif isinstance(node, ast.Assign):
            bound = {target.id: "" for target in node.targets if isinstance(target, ast.Name)}
        for name, meaning in bound.items():
            if needed.get(name, meaning) != meaning:
                raise RefactorError(f"binds {name} itself, which the component needs; rename it first", path)


def _class_edits(source: Text, node: ast.ClassDef, replaced: Sequence[Replacement]) -> Iterator[Edit]:
    """The base that keeps the old keys, and what it needs to know."""
    base = source.start(node.bases[0])
    yield Edit(base, base, "_legacy.Holder, ")
    body = node.body
    documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    first = body[1] if documented and len(body) > 1 else body[0]
    decorators = first.decorator_list if isinstance(first, (ast.FunctionDef, ast.ClassDef)) else []
    at = source.line_start(min([source.start(first), *(source.start(item) for item in decorators)]))
    margin = source.indent(source.start(body[0])) or _STEP
    lines = _table("_old_names", _names(replaced))
    lines += _table("_new_parts", [f'"{item.copy.member}": {item.private}' for item in replaced])
    lines += _table("_part_values", _values(replaced)) if _values(replaced) else []
    yield Edit(at, at, _native(source, "".join(f"{margin}{line}\n" for line in lines) + "\n"))


def _names(replaced: Sequence[Replacement]) -> list[str]:
    return [f'"{new}": "{old}"' for item in replaced for new, old in item.copy.state]


def _values(replaced: Sequence[Replacement]) -> list[str]:
    rows = []
    for copy in (item.copy for item in replaced if item.copy.values):
        values = ", ".join(f'"{value.name}": {value.value}' for value in copy.values)
        rows.append(f'"{copy.member}": lambda old: {{{values}}}')
    return rows


def _table(name: str, rows: Sequence[str]) -> list[str]:
    line = f"{name} = {{{', '.join(rows)}}}"
    if len(line) + len(_STEP) <= WIDTH:
        return [line]
    return [f"{name} = {{", *(f"{_STEP}{row}," for row in rows), "}"]


def _copy_edits(source: Text, item: Replacement) -> Iterator[Edit]:
    copy = item.copy
    margin = source.indent(copy.made.start) or ""
    made = _call(f"self.{copy.member} = {item.private}", copy.init, margin)
    yield Edit(copy.made.start, copy.made.end, _native(source, made))
    for span in copy.gone:
        yield _without(source, span)
    margin = source.value[source.line_start(copy.called.start) :][: _indent(source, copy.called)]
    before = copy.called.start - source.line_start(copy.called.start) - len(margin)
    called = _call(f"self.{copy.member}", copy.call, margin, before)
    yield Edit(copy.called.start, copy.called.end, _native(source, called))


def _indent(source: Text, span: Span) -> int:
    line = source.value[source.line_start(span.start) : span.start]
    return len(line) - len(line.lstrip())


def _without(source: Text, span: Span) -> Edit:
    """A statement's lines go, with what is said about it at their end."""
    return Edit(source.line_start(span.start), source.next_line(span.end), "")


def _call(function: str, arguments: Sequence[Argument], margin: str, before: int = 0) -> str:
    """A call behind `before` characters of its line, on as many lines as it takes."""
    texts = [*map(_argument, arguments)]
    line = f"{function}({', '.join(texts)})"
    if len(margin) + before + len(line) <= WIDTH:
        return line
    inner = "".join(f"{margin}{_STEP}{text},\n" for text in texts)
    return f"{function}(\n{inner}{margin})"


def _argument(argument: Argument) -> str:
    return f"{argument.name}={argument.value}" if argument.name else argument.value


def _native(source: Text, text: str) -> str:
    return text.replace("\n", source.newline(0))
