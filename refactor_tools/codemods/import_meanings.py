"""Whether a name of the legacy file means the same at another place."""

import ast

from refactor_tools.codemods.import_calls import is_builtin
from refactor_tools.codemods.import_modules import Module
from refactor_tools.codemods.import_scopes import Names, Scope
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.model.migrations import Move


def same_meaning(name: str, place: ast.AST, path: str, names: Names, move: Move, tree: SourceTree) -> bool:
    """Whether `name`, as the file that `move` comes from reads it, is the same object at `place` in `path`."""
    legacy = tree.names(move.origin)
    if legacy is None:
        return False
    here = names.resolve(name, names.scope_at(place))
    if name not in legacy.module.binders:
        starred = any(scope.stars for scope in (names.module, legacy.module))
        return is_builtin(name) and here is None and not starred
    meaning = _meaning(name, legacy.module, move.origin, legacy, tree)
    return here is not None and meaning is not None and meaning == _meaning(name, here, path, names, tree)


def _meaning(name: str, scope: Scope, path: str, names: Names, tree: SourceTree) -> str | None:
    """What the only binding of `name` in `scope` stands for, None where there are several or it is made there."""
    binders = scope.binders[name]
    if len(binders) != 1:
        return None
    binder, statement = binders[0], names.parents.get(binders[0])
    if isinstance(binder, ast.alias) and isinstance(statement, ast.Import):
        return _named(tree.module(path, binder.name), binder.name if binder.asname else name)
    if isinstance(binder, ast.alias) and isinstance(statement, ast.ImportFrom):
        module = tree.module(path, statement.module or "", statement.level)
        if isinstance(module, str):
            return f"{module}.{binder.name}"
        if isinstance(module, Module) and module.path is not None:
            return _member(module.path, binder.name, tree)
        return None
    return f"{path}::{name}" if scope is names.module else None


def _member(path: str, name: str, tree: SourceTree) -> str | None:
    """What a module of the tree hands out under `name`: through its own imports where it only passes it on."""
    names = tree.names(path)
    if names is None or name not in names.module.binders:
        return f"{path}::{name}"
    binder = names.module.binders[name][0]
    statement = names.parents.get(binder)
    if isinstance(binder, ast.alias) and isinstance(statement, ast.ImportFrom):
        module = tree.module(path, statement.module or "", statement.level)
        if isinstance(module, Module) and module.path is not None and module.path != path:
            return f"{module.path}::{binder.name}"
    return f"{path}::{name}"


def _named(module: object, dotted: str) -> str:
    return module.path if isinstance(module, Module) and module.path is not None else dotted
