"""What moved: from the key maps of extracted components, or as a person says it."""

import ast
from collections.abc import Iterator

from refactor_tools.codemods.import_modules import Module, Unclear
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.errors import RefactorError
from refactor_tools.model.components import KeyMap, OriginalRecord
from refactor_tools.model.facts import Parameter
from refactor_tools.model.migrations import Move
from refactor_tools.scan.syntax import FORWARD, FunctionNode, constructor, method, signature


def recorded_moves(keymap: KeyMap, tree: SourceTree) -> Iterator[Move]:
    """The moves of one component's originals; `tree` shows the component's own signature."""
    parameters, forward = _signatures(keymap, tree)
    for original in keymap.originals:
        path, _, name = original.id.partition("::")
        if original.form != "none" and name.isidentifier():
            yield _move(keymap, original, path, name, parameters, forward)


def stated_moves(old: str, new: str, tree: SourceTree) -> tuple[Move, ...]:
    """The moves in a pair of import statements, name by name.

    Raises:
        RefactorError: they are not two absolute `from ... import ...` with as many names.
    """
    before, after = _statement("--old", old), _statement("--new", new)
    if len(before.names) != len(after.names):
        raise RefactorError("--old and --new must import as many names, in the same order")
    assert before.module is not None
    assert after.module is not None
    module = after.module
    return tuple(
        Move(origin, name.name, module, target.name)
        for origin in _origins(before.module, tree)
        for name, target in zip(before.names, after.names, strict=True)
    )


def _origins(module: str, tree: SourceTree) -> tuple[str, ...]:
    """All that a stated module name can mean: itself outside the tree, and files, by where the consumer stands."""
    found = tree.table.imported("", module, 0)
    if isinstance(found, Unclear):
        return (module, *found.paths)
    own = (found.path,) if isinstance(found, Module) and found.path is not None else ()
    return (module, *dict.fromkeys((*own, *tree.table.elsewhere("", module))))


def _statement(option: str, text: str) -> ast.ImportFrom:
    try:
        body = ast.parse(text.strip()).body
    except (SyntaxError, ValueError):
        body = []
    match body:
        case [ast.ImportFrom(level=0, names=names) as statement] if all(
            alias.name != "*" and alias.asname is None for alias in names
        ):
            return statement
    raise RefactorError(f'must look like "from package.module import Name", not "{text}"', option)


def _move(
    keymap: KeyMap,
    original: OriginalRecord,
    path: str,
    name: str,
    parameters: tuple[Parameter, ...],
    forward: tuple[Parameter, ...],
) -> Move:
    return Move(
        origin=path,
        name=name,
        module=keymap.exported_from,
        new_name=keymap.name,
        form="alias" if original.form == "alias" else "adapted",
        kind=keymap.kind,
        adapter=original.adapter,
        parameters=original.parameters,
        forward=original.forward,
        new_parameters=parameters,
        new_forward=forward,
    )


def _signatures(keymap: KeyMap, tree: SourceTree) -> tuple[tuple[Parameter, ...], tuple[Parameter, ...]]:
    """The component's parameters and those of its `forward`, empty where its file does not show them."""
    found = tree.table.imported("", keymap.module, 0)
    names = tree.names(found.path) if isinstance(found, Module) and found.path is not None else None
    for node in names.module.binders.get(keymap.name, ()) if names is not None else ():
        if isinstance(node, FunctionNode):
            return signature(node, bound=False), ()
        if isinstance(node, ast.ClassDef):
            forward = method(node, *FORWARD)
            return constructor(node), () if forward is None else signature(forward, bound=True)
    return (), ()
