"""Syntax trees in which the names of local variables do not count."""

import ast
from collections.abc import Iterator, Mapping

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
# Whoever calls these by name can see what variables are called.
_LOOKING = frozenset({"locals", "vars", "dir", "eval", "exec", "globals"})


def without_local_names(tree: ast.Module) -> ast.Module:
    """`tree`, changed: the variables of every function are called by the order in which they appear.

    Only names that nothing but assignments, loops and `with` bind are. Parameters, attributes, globals, imports and
    inner functions keep theirs: others may use them. So do all names in a function that looks at names itself
    (`locals()`, `eval` and the like), declares them global, or holds a class.
    """
    for function in _outermost(tree):
        if not any(map(_looks, ast.walk(function))):
            _Renaming({}, depth=0).within(function)
    return tree


def _outermost(node: ast.AST) -> Iterator[_Function]:
    """The functions that stand in no other."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Function):
            yield child
        else:
            yield from _outermost(child)


def _looks(node: ast.AST) -> bool:
    if isinstance(node, ast.ClassDef | ast.Nonlocal | ast.Global) or getattr(node, "type_params", None):
        return True
    return isinstance(node, ast.Name) and node.id in _LOOKING


class _Renaming(ast.NodeTransformer):
    """Renames within one scope; inner functions and comprehensions see the names of the scopes around them."""

    def __init__(self, known: Mapping[str, str], depth: int) -> None:
        self._known, self._depth = known, depth

    def within(self, function: _Function) -> None:
        """Rename the variables in the body of `function`."""
        body = function.body if isinstance(function.body, list) else [function.body]
        kept = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
        kept |= {name for statement in body for name in _otherwise_bound(statement)}
        assigned = [name for statement in body for name in _assigned(statement)]
        inner = self._inner(kept, assigned)
        for statement in body:
            inner.visit(statement)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._known.get(node.id, node.id)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node, node.decorator_list)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node, node.decorator_list)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return self._function(node, [])

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return self._comprehension(node)

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        return self._comprehension(node)

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        return self._comprehension(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        return self._comprehension(node)

    def _function(self, node: _Function, decorators: list[ast.expr]) -> ast.AST:
        for outside in (*node.args.defaults, *filter(None, node.args.kw_defaults), *decorators):
            self.visit(outside)
        self.within(node)
        return node

    def _comprehension(self, node: _Comprehension) -> ast.AST:
        """The first iterable belongs to the scope around."""
        self.visit(node.generators[0].iter)
        inner = self._inner(set(), [name for part in node.generators for name in _assigned(part.target)])
        for number, part in enumerate(node.generators):
            inner.visit(part.target)
            for expression in (*part.ifs, *([part.iter] if number else [])):
                inner.visit(expression)
        for element in [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]:
            inner.visit(element)
        return node

    def _inner(self, kept: set[str], assigned: list[str]) -> "_Renaming":
        names = [name for name in dict.fromkeys(assigned) if name not in kept]
        outer = {name: new for name, new in self._known.items() if name not in kept}
        # No identifier, so that it meets none.
        return _Renaming(outer | {name: f".{self._depth}.{place}" for place, name in enumerate(names)}, self._depth + 1)


def _assigned(node: ast.AST) -> Iterator[str]:
    """The names that a statement assigns in its own scope; `:=` reaches out of comprehensions."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
        yield node.id
    for child in ast.iter_child_nodes(node):
        if not isinstance(node, _Function) and not (isinstance(node, ast.comprehension) and child is node.target):
            yield from _assigned(child)


def _otherwise_bound(node: ast.AST) -> Iterator[str]:
    """The names that a statement binds in its own scope by another way than assignment."""
    name = getattr(node, "name", None)
    if isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    elif isinstance(name, str):
        yield name
    for child in ast.iter_child_nodes(node) if not isinstance(node, _Function) else ():
        yield from _otherwise_bound(child)
