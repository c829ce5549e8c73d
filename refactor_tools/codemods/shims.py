"""The legacy file after its definitions have moved: old names that still work, warn, and load what was saved."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from refactor_tools.changes.text import apply_edits
from refactor_tools.codemods.shim_blocks import alias_block, known_targets, own_block
from refactor_tools.codemods.shim_members import attribute_lines, decorated_methods
from refactor_tools.codemods.text import Text
from refactor_tools.errors import RefactorError
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.changes import Edit
from refactor_tools.model.facts import Parameter
from refactor_tools.model.signatures import signature_text

WIDTH = 120


@dataclass(frozen=True, slots=True)
class Injected:
    """The class `name` of `package`, of which the component holds an instance as its member `attribute`."""

    attribute: str
    name: str
    package: str

    @property
    def private(self) -> str:
        return f"_{self.name}"


@dataclass(frozen=True, slots=True)
class Shim:
    """One old name. `package` is where `name` is imported from instead, `old` the dotted name that people know.

    `parameters` and `own_forward` are the original's signatures, `forward` is the component's. `strategy` is what the
    component is given, where that is all of the original.
    """

    legacy_name: str
    line: int
    old: str
    name: str
    package: str
    form: Literal["alias", "adapted"]
    kind: Literal["class", "function"]
    adapter: Adapter
    parameters: tuple[Parameter, ...]
    own_forward: tuple[Parameter, ...]
    forward: tuple[Parameter, ...]
    strategy: Injected | None = None

    @property
    def statement(self) -> str:
        return f"from {self.package} import {self.name}"

    @property
    def private(self) -> str:
        return f"_{self.name}"


def shimmed(text: str, path: str, shims: Sequence[Shim], support: str) -> str:
    """The legacy file's text with `shims` in place of the definitions. `support` is the package that holds `_legacy`.

    Raises:
        RefactorError: the file does not parse, lacks a definition, or uses a name that a shim needs.
    """
    tree = _parsed(text, path)
    spots = {shim.legacy_name: _definition(tree, shim, path) for shim in shims}
    _require_free(tree, path, shims)
    source = Text(text)
    aliases = [shim for shim in shims if shim.form == "alias"]
    moved = _moved(tree) | {shim.legacy_name: shim.private for shim in aliases}
    edits = [_replacement(source, spots[shim.legacy_name], _with_names(shim, moved)) for shim in shims]
    edits += _uses(tree, source, aliases, list(spots.values()))
    edits.append(_imports(tree, source, shims, support))
    if aliases:
        edits += _exports(tree, source, aliases)
    return apply_edits(text, edits)


def _moved(tree: ast.Module) -> dict[str, str]:
    """Names that earlier runs made aliases of, by the private name that the file binds."""
    block = own_block(tree)
    return {} if block is None else {old: f"_{new}" for old, (_, new) in known_targets(block).items()}


def _with_names(shim: Shim, moved: Mapping[str, str]) -> Shim:
    """The shim with the file's private names in its expressions: an alias is no name that the file itself can read."""
    init = tuple(Argument(item.name, _renamed(item.value, moved)) for item in shim.adapter.init)
    forward = tuple(Argument(item.name, _renamed(item.value, moved)) for item in shim.adapter.forward)
    return replace(shim, adapter=replace(shim.adapter, init=init, forward=forward))


def _renamed(expression: str, moved: Mapping[str, str]) -> str:
    names = [node for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.Name)]
    edits = [
        Edit(node.col_offset, node.col_offset + len(node.id), moved[node.id])
        for node in names
        if node.id in moved and node.lineno == 1
    ]
    return apply_edits(expression, edits)


def _parsed(text: str, path: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise RefactorError(f"does not parse: {error.msg}", f"{path}:{error.lineno}") from error


def _definition(tree: ast.Module, shim: Shim, path: str) -> ast.ClassDef | ast.FunctionDef:
    for node in ast.walk(tree):
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef)) or node.col_offset != 0:
            continue
        if node.name == shim.legacy_name and shim.line in (0, node.lineno):
            return node
    raise RefactorError(f"has no class or function {shim.legacy_name} at its top level", path)


def _require_free(tree: ast.Module, path: str, shims: Sequence[Shim]) -> None:
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.name for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    needed = {"_legacy", *(shim.private for shim in shims), *(shim.strategy.private for shim in shims if shim.strategy)}
    if any(shim.form == "alias" for shim in shims) and own_block(tree) is None:
        needed.add("__getattr__")
    taken = sorted(needed & bound)
    if taken:
        raise RefactorError(f"binds {', '.join(taken)} itself, which the shim needs; rename it first", path)


def _native(source: Text, text: str) -> str:
    """Text with the line ends of the file."""
    return text.replace("\n", source.newline(0))


def _replacement(source: Text, node: ast.ClassDef | ast.FunctionDef, shim: Shim) -> Edit:
    first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
    start, end = source.starts[first - 1], source.end(node)
    if shim.form == "adapted":
        return Edit(start, end, _native(source, _adapted(shim)))
    following = len(source.value) - len(source.value[end:].lstrip())
    return Edit(start, following, "")


def _adapted(shim: Shim) -> str:
    if shim.kind == "function":
        return _adapted_function(shim)
    old_layout = "LegacyWhole" if shim.strategy else "LegacyKeys" if shim.adapter.state or shim.adapter.lacking else ""
    bases = f"_legacy.{old_layout}, {shim.private}" if old_layout else shim.private
    decorators = dict(shim.adapter.decorators)
    body = [f"@{text}" for text in decorators.pop("", ())]
    body += [f"class {shim.legacy_name}({bases}):", f'    """Deprecated: use `{shim.statement}`."""', ""]
    body += attribute_lines(shim.adapter)
    body += _old_layout(shim)
    body.append(f"    def __init__({signature_text(shim.parameters, method=True)}):")
    body += _warning(shim, indent=8)
    body += _call("super().__init__", shim.adapter.init, indent=8)
    own = decorators.pop("forward", ())
    if own or not _same_forward(shim):
        body += ["", *(f"    @{text}" for text in own)]
        body += [f"    def forward({signature_text(shim.own_forward, method=True)}):"]
        body += _call("return super().forward", shim.adapter.forward, indent=8, target=shim.forward)
    body += decorated_methods(decorators)
    return "\n".join(body)


def _adapted_function(shim: Shim) -> str:
    signature = signature_text(shim.own_forward, method=False)
    body = [f"def {shim.legacy_name}({signature}):", f'    """Deprecated: use `{shim.statement}`."""']
    body += _warning(shim, indent=4)
    body += _call(f"return {shim.private}", shim.adapter.forward, indent=4, target=shim.forward)
    return "\n".join(body)


def _warning(shim: Shim, *, indent: int) -> list[str]:
    return _lines("_legacy.warn", [f'"{shim.old}"', f'"{shim.statement}"', "__file__"], indent)


def _old_layout(shim: Shim) -> list[str]:
    adapter, lines = shim.adapter, []
    if shim.strategy:
        lines.append(f'    _whole = ("{shim.strategy.attribute}", {shim.strategy.private})')
    if adapter.state:
        pairs = [f'"{new}": "{old}"' for new, old in adapter.state]
        line = f"    _old_names = {{{', '.join(pairs)}}}"
        split = ["    _old_names = {", *(f"        {pair}," for pair in pairs), "    }"]
        lines += [line] if len(line) <= WIDTH else split
    if adapter.lacking:
        values = ", ".join(f'"{item.name}": {item.value}' for item in adapter.lacking)
        lines.append(f"    _old_values = {{{values}}}")
    return [*lines, ""] if lines else []


def _same_forward(shim: Shim) -> bool:
    mine = [(item.name, item.kind, item.default) for item in shim.own_forward]
    return mine == [(item.name, item.kind, item.default) for item in shim.forward]


def _call(function: str, arguments: Sequence[Argument], *, indent: int, target: Sequence[Parameter] = ()) -> list[str]:
    """A call with what is positional in the target given by position, on as many lines as it takes."""
    positional = [item.name for item in target if item.kind in ("positional", "positional-only")]
    texts: list[str] = []
    for argument in arguments:
        in_order = len(texts) < len(positional) and positional[len(texts)] == argument.name
        texts.append(argument.value if in_order else f"{argument.name}={argument.value}")
    return _lines(function, texts, indent)


def _lines(function: str, texts: Sequence[str], indent: int) -> list[str]:
    margin = " " * indent
    line = f"{margin}{function}({', '.join(texts)})"
    if len(line) <= WIDTH:
        return [line]
    return [f"{margin}{function}(", *(f"{margin}    {text}," for text in texts), f"{margin})"]


def _uses(
    tree: ast.Module, source: Text, aliases: Sequence[Shim], gone: Sequence[ast.ClassDef | ast.FunctionDef]
) -> list[Edit]:
    """What is left in the file uses the private binding, so that it never warns and never asks the module."""
    names = {shim.legacy_name: shim.private for shim in aliases}
    edits = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name) or node.id not in names or not isinstance(node.ctx, ast.Load):
            continue
        if any(item.lineno <= node.lineno <= (item.end_lineno or 0) for item in gone):
            continue
        start = source.start(node)
        edits.append(Edit(start, start + len(node.id), names[node.id]))
    return edits


def _imports(tree: ast.Module, source: Text, shims: Sequence[Shim], support: str) -> Edit:
    bound = [(one.package, one.name, one.private) for shim in shims for one in (shim, shim.strategy) if one]
    found = sorted({f"from {package} import {name} as {private}" for package, name, private in bound})
    typing = any(shim.form == "alias" for shim in shims) and not _imports_name(tree, "TYPE_CHECKING")
    return import_edit(tree, source, found, support, typing=typing)


def import_edit(tree: ast.Module, source: Text, found: Sequence[str], support: str, *, typing: bool = False) -> Edit:
    """Imports after the last one at the head of the file, before anything that could use them.

    `found` are the statements; that of `_legacy` comes with them where the file lacks it.
    """
    head = [] if _imports_name(tree, "_legacy") else [f"from {support} import _legacy"]
    text = "".join(f"{line}\n" for line in (*head, *found))
    if typing:
        text = "from typing import TYPE_CHECKING\n\n" + text
    after = 0
    for node in tree.body:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, (ast.Import, ast.ImportFrom)) or (docstring and after == 0):
            after = node.end_lineno or node.lineno
        else:
            break
    at = source.starts[after] if after < len(source.starts) else len(source.value)
    first_import = any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in tree.body[:20]) and after
    lead = "\n" if first_import and head else ""
    tail = "" if after else "\n"
    return Edit(at, at, _native(source, lead + text + tail))


def _imports_name(tree: ast.Module, name: str) -> bool:
    return any(isinstance(node, ast.ImportFrom) and any(a.name == name for a in node.names) for node in tree.body)


def _exports(tree: ast.Module, source: Text, aliases: Sequence[Shim]) -> list[Edit]:
    """The module's `__getattr__` (PEP 562), the same names for type checkers, and `__all__` for star imports."""
    targets = {shim.legacy_name: (shim.package, shim.name) for shim in aliases}
    known = own_block(tree)
    if known is not None:
        text = _native(source, alias_block(known_targets(known) | targets))
        return [Edit(source.start(known), source.end(known), text)]
    text = source.value
    parts = ["" if text.endswith("\n") else "\n", "\n\n"]
    if not any(_binds_all(node) for node in tree.body):
        names = sorted({*_public(tree), *targets})
        parts.append("__all__ = [\n" + "".join(f'    "{name}",\n' for name in names) + "]\n\n")
    return [Edit(len(text), len(text), _native(source, "".join(parts) + alias_block(targets) + "\n"))]


def _binds_all(node: ast.stmt) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)


def _public(tree: ast.Module) -> set[str]:
    """What a star import takes from a file without `__all__`."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        else:
            stored = (item for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store))
            names |= {item.id for item in stored}
    return {name for name in names if not name.startswith("_") and name != "*"}
