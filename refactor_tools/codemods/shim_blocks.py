"""The block that a legacy file hands out aliases with, and which old names a file still gives."""

import ast
from collections.abc import Mapping


def alias_block(targets: Mapping[str, tuple[str, str]]) -> str:
    """The block that hands out aliases: type checkers' imports, the table and the module's `__getattr__` (PEP 562)."""
    block = ["if TYPE_CHECKING:"]
    block += [f"    from {package} import {name} as {old}" for old, (package, name) in sorted(targets.items())]
    pairs = "".join(f'        "{old}": ("{package}", "{name}"),\n' for old, (package, name) in sorted(targets.items()))
    block += ["else:", f"    _MOVED = {{\n{pairs}    }}", "", "    def __getattr__(name):"]
    block.append("        return _legacy.moved(__name__, name, _MOVED, __file__)")
    return "\n".join(block)


def own_block(tree: ast.Module) -> ast.If | None:
    """The block that an earlier run wrote."""
    for node in tree.body:
        if isinstance(node, ast.If) and "_legacy.moved" in ast.unparse(node):
            return node
    return None


def known_targets(block: ast.If) -> dict[str, tuple[str, str]]:
    """The aliases of a block: old name to (package, new name)."""
    tables = (item.value for item in block.orelse if isinstance(item, ast.Assign))
    return {
        old: (str(target[0]), str(target[1])) for table in tables for old, target in ast.literal_eval(table).items()
    }


def handed_out(tree: ast.Module) -> Mapping[str, tuple[str, str]]:
    """The aliases of a file."""
    block = own_block(tree)
    return {} if block is None else known_targets(block)


def adapted_definition(tree: ast.Module, name: str) -> ast.ClassDef | ast.FunctionDef | None:
    """The adapted shim called `name`: a class or function that gives the warning of a moved name."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name and _warns(node):
            return node
    return None


def _warns(node: ast.ClassDef | ast.FunctionDef) -> bool:
    methods = [node] if isinstance(node, ast.FunctionDef) else [item for item in node.body if _is_init(item)]
    return any(
        isinstance(item, ast.Expr)
        and isinstance(item.value, ast.Call)
        and ast.unparse(item.value.func) == "_legacy.warn"
        for method in methods
        for item in getattr(method, "body", ())
    )


def _is_init(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "__init__"
