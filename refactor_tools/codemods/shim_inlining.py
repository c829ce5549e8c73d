"""What is left in a legacy file uses its component directly: the adapted shim goes, its calls are written out."""

import ast
from posixpath import dirname, join

from refactor_tools.changes.text import apply_edits
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.imports import FileRewrite, rewrite_imports
from refactor_tools.codemods.shim_blocks import adapted_definition
from refactor_tools.codemods.shim_removal import without_shims
from refactor_tools.codemods.text import Text
from refactor_tools.model.changes import Edit
from refactor_tools.model.migrations import Kept, Move

_ELSEWHERE = "_the_shim_before_it_goes"


def inlined(move: Move, tree: SourceTree) -> FileRewrite:
    """The legacy file of `move` with every use of the adapted name rewritten to the component.

    The uses are read as if the shim stood in a file beside this one, so that the rules for consumers hold for them.
    What cannot be followed is in `kept`, and the text is then of no use.
    """
    path, text, names = move.origin, tree.text(move.origin), tree.names(move.origin)
    assert text is not None
    assert names is not None
    private = f"_{move.new_name}"
    definition = adapted_definition(names.tree, move.name)
    if definition is None:
        return FileRewrite(text)
    if len(names.module.binders.get(private, ())) != 1 or len(names.module.binders.get(move.name, ())) != 1:
        return _refused(move, definition.lineno, "the file binds it twice")
    others = [node for node, _ in names.uses(private, names.module) if not _inside(node, definition)]
    if others:
        return _refused(move, others[0].lineno, f"{private} has other uses in the file")
    inside = [node for node, _ in names.uses(move.name, names.module) if not _inside(node, definition)]
    source = Text(text)
    edits = [Edit(source.start(node), source.end(node), private) for node in inside]
    # The private import leads to the file beside this one; the shim itself goes.
    statement = names.parents[names.module.binders[private][0]]
    assert isinstance(statement, ast.ImportFrom)
    edits.append(Edit(source.start(statement), source.end(statement), _beside(move, private)))
    consumer = without_shims(apply_edits(text, edits), {move.name})
    if not inside:
        return FileRewrite(_without_line(consumer, _beside(move, private)))
    return _followed(move, tree, path, text, consumer)


def _followed(move: Move, tree: SourceTree, path: str, shim: str, consumer: str) -> FileRewrite:
    beside = join(dirname(path), f"{_ELSEWHERE}.py")
    virtual = {beside: shim, path: consumer}
    moved = Move(
        beside,
        *(move.name, move.module, move.new_name, move.form, move.kind, move.adapter),
        *(move.parameters, move.forward, move.new_parameters, move.new_forward),
    )
    everything = SourceTree([*tree.table.paths, beside], lambda other: virtual.get(other) or tree.text(other), [moved])
    return rewrite_imports(path, everything)


def _beside(move: Move, private: str) -> str:
    return f"from .{_ELSEWHERE} import {move.name} as {private}"


def _without_line(text: str, line: str) -> str:
    source, at = Text(text), text.find(line)
    return text if at < 0 else text[:at] + text[source.next_line(at) :]


def _inside(node: ast.Name, definition: ast.ClassDef | ast.FunctionDef) -> bool:
    return definition.lineno <= node.lineno <= (definition.end_lineno or definition.lineno)


def _refused(move: Move, line: int, reason: str) -> FileRewrite:
    return FileRewrite("", (), (Kept(move.origin, line, move.name, reason),))
