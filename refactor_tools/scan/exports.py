"""`__all__`, as far as it is written out."""

import ast

from refactor_tools.scan.syntax import dotted

_GROWN_BY = ("__all__.extend", "__all__.append")


def exported_names(tree: ast.Module) -> tuple[str, ...] | None:
    """The literal names of `__all__` through `=`, `+=`, `extend` and `append`; None where the file has none."""
    found: list[str] | None = None
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                found = _strings(value)
            case ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value):
                found = _strings(value)
            case ast.AugAssign(target=ast.Name(id="__all__"), value=value):
                found = [*(found or []), *_strings(value)]
            case ast.Expr(value=ast.Call(func=function, args=[value])) if dotted(function) in _GROWN_BY:
                found = [*(found or []), *_strings(value)]
    return None if found is None else tuple(dict.fromkeys(found))


def _strings(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return [text for element in elements for text in _strings(element)]
        case ast.Starred(value=value):
            return _strings(value)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [*_strings(left), *_strings(right)]
        case ast.Call(args=[value]) if dotted(node.func) in ("list", "tuple", "sorted"):
            return _strings(value)
        case _:
            return []
