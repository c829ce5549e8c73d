"""A file of the library that holds several components: one more joins those that stand there."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from refactor_tools.codemods.component_file import file_text, import_block

_Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_Import = ast.Import | ast.ImportFrom


@dataclass(frozen=True, slots=True)
class Clash:
    """`name` means one thing in the file and another in what is to join it; both as source."""

    name: str
    standing: str
    added: str


def joined(standing: str, added: str, module: str) -> str | Clash:
    """`standing` with the imports and definitions of `added`, which belongs into the file of `module`, too.

    What both define alike stands once, what `added` imports from `module` itself is there already. The docstring of
    `standing` stays.
    """
    first, second = _File(standing), _File(added)
    known = first.statements()
    pieces = []
    for name, text in second.statements().items():
        if name in known and _same(known[name], text):
            continue
        if name in known:
            return Clash(name, known[name].strip("\n"), text.strip("\n"))
        pieces.append(text.strip("\n"))
    own = module.partition(".")[0]
    imports = [one for one in (*first.imports(), *second.imports()) if not one.startswith(f"from {module} import ")]
    return file_text(first.docstring(), import_block(set(imports), own), "\n\n\n".join([first.body(), *pieces]))


def with_docstrings(text: str, docstring: str, definitions: Mapping[str, str]) -> str:
    """`text` with these literals as docstrings of the module and of the definitions of these names; those of classes
    and functions have their margin.
    """
    tree = ast.parse(text)
    lines = text.split("\n")
    for node in reversed(tree.body):
        if isinstance(node, _Definition) and node.name in definitions:
            _set_docstring(lines, node, definitions[node.name])
    _set_docstring(lines, tree, docstring)
    return "\n".join(lines)


def _set_docstring(lines: list[str], node: ast.Module | _Definition, literal: str) -> None:
    first = node.body[0]
    start = first.lineno - 1
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines[start : first.end_lineno] = literal.split("\n")
    else:
        gap = [] if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else [""]
        start -= len(getattr(first, "decorator_list", ()))
        lines[start:start] = [*literal.split("\n"), *gap]


class _File:
    """A generated file by its sections: docstring, imports, the rest."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.tree = ast.parse(text)

    def docstring(self) -> str:
        if ast.get_docstring(self.tree) is None:
            return ""
        return self._text(self.tree.body[0].lineno, self.tree.body[0].end_lineno or 1)

    def imports(self) -> Iterator[str]:
        """A statement for each name."""
        for node in self.tree.body:
            if isinstance(node, ast.Import):
                yield from (ast.unparse(ast.Import([alias])) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from (ast.unparse(ast.ImportFrom(node.module, [alias], node.level)) for alias in node.names)

    def statements(self) -> dict[str, str]:
        """Everything behind the imports, with the comments above it, by the name that it binds."""
        found = {}
        end = 0
        for node in self.tree.body:
            if not (isinstance(node, _Import) or self._is_docstring(node)):
                found[_name(node)] = self._text(end + 1, node.end_lineno or node.lineno)
            end = node.end_lineno or node.lineno
        return found

    def body(self) -> str:
        return "\n".join(self.statements().values()).strip("\n")

    def _is_docstring(self, node: ast.stmt) -> bool:
        return node is self.tree.body[0] and isinstance(node, ast.Expr)

    def _text(self, first: int, last: int) -> str:
        return "\n".join(self.lines[first - 1 : last])


def _name(node: ast.stmt) -> str:
    if isinstance(node, _Definition):
        return node.name
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
    return ast.unparse(node)


def _same(one: str, other: str) -> bool:
    return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
