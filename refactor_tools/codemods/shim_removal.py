"""Takes shims out of a legacy file, with what only they needed."""

import ast
import re
from collections.abc import Collection, Iterator

from refactor_tools.changes.text import apply_edits
from refactor_tools.codemods.shim_blocks import adapted_definition, alias_block, handed_out, known_targets, own_block
from refactor_tools.codemods.text import Text
from refactor_tools.model.changes import Edit

_TYPE_CHECKING = "TYPE_CHECKING"


def without_shims(text: str, names: Collection[str]) -> str:
    """The legacy file's text without the shims called `names`, and without the imports that served only them."""
    source, tree = Text(text), ast.parse(text)
    shorter = apply_edits(text, [*_definitions(tree, source, names), *_aliases(tree, source, names)])
    for name in sorted(names):
        shorter = _without_export(shorter, name)
    private = {f"_{new}" for old, (_, new) in handed_out(tree).items() if old in names}
    return _without_imports(shorter, (_loaded(tree) | private) - _loaded(ast.parse(shorter)))


def exported_otherwise(tree: ast.Module, name: str) -> bool:
    """Whether `__all__` holds `name` in another way than as a plain list of strings, which cannot be edited."""
    for node in tree.body:
        held = "__all__" in ast.unparse(node) and any(
            isinstance(item, ast.Constant) and item.value == name for item in ast.walk(node)
        )
        if held and not any(item.value == name for item in _listed(node)) and node is not own_block(tree):
            return True
    return False


def _definitions(tree: ast.Module, source: Text, names: Collection[str]) -> Iterator[Edit]:
    for name in names:
        node = adapted_definition(tree, name)
        if node is not None:
            first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
            yield _whole(source, source.starts[first - 1], source.end(node))


def _aliases(tree: ast.Module, source: Text, names: Collection[str]) -> Iterator[Edit]:
    block = own_block(tree)
    if block is None:
        return
    targets = known_targets(block)
    left = {old: target for old, target in targets.items() if old not in names}
    if not left:
        yield _whole(source, source.start(block), source.end(block))
    elif left != targets:
        text = alias_block(left).replace("\n", source.newline(0))
        yield Edit(source.start(block), source.end(block), text)


def _without_export(text: str, name: str) -> str:
    """`name` goes from `__all__`, with its line where it stands alone, and the comma after it or before it."""
    source = Text(text)
    for node in ast.parse(text).body:
        for item in _listed(node):
            if item.value == name:
                return apply_edits(text, [_element(source, item)])
    return text


def _element(source: Text, item: ast.Constant) -> Edit:
    start, end = source.start(item), source.end(item)
    comma = re.match(r"\s*,", source.value[end:])
    if comma is None:
        head = source.value[:start].rstrip()
        return Edit(len(head) - head.endswith(","), end, "")
    end += comma.end()
    behind = source.value[end : source.line_end(end)].strip()
    alone = source.indent(start) is not None and (not behind or behind.startswith("#"))
    if alone:
        return Edit(source.line_start(start), source.next_line(end), "")
    spaces = re.match(r"[ \t]*", source.value[end:])
    return Edit(start, end + (spaces.end() if spaces else 0), "")


def _listed(node: ast.stmt) -> list[ast.Constant]:
    """The strings of `__all__ = [...]`."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    if not any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
        return []
    value = getattr(node, "value", None)
    elements = value.elts if isinstance(value, ast.List | ast.Tuple) else []
    return [item for item in elements if isinstance(item, ast.Constant)]


def _whole(source: Text, start: int, end: int) -> Edit:
    """A statement with the blank lines behind it, or before it at the end of the file."""
    rest = source.value[end:]
    following = end + len(rest) - len(rest.lstrip())
    if following < len(source.value):
        return Edit(start, following, "")
    return Edit(len(source.value[:start].rstrip()), end, "")


def _loaded(tree: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _without_imports(text: str, unused: Collection[str]) -> str:
    """Generated imports whose name nothing reads any more go; others may be anyone's."""
    source, edits = Text(text), []
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and len(node.names) == 1 and _is_generated(node.names[0], unused):
            start, after = source.starts[node.lineno - 1], node.end_lineno or node.lineno
            end = source.starts[after] if after < len(source.starts) else len(text)
            edits.append(Edit(start, end, ""))
    shorter = apply_edits(text, edits)
    return shorter if shorter.strip() else ""


def _is_generated(alias: ast.alias, unused: Collection[str]) -> bool:
    bound = alias.asname or alias.name
    private = alias.asname == f"_{alias.name}" or bound in ("_legacy", _TYPE_CHECKING)
    return private and bound in unused
