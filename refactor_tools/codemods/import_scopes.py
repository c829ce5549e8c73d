"""Which binding every name of a file reads: lexical scopes, without recursion."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from refactor_tools.codemods.import_quoted import quoted_types

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(slots=True, eq=False)
class Scope:
    """One scope; `binders` are the nodes that bind each name, in order, and `stars` the star imports."""

    kind: Literal["module", "class", "function", "comprehension"]
    node: ast.AST
    parent: "Scope | None" = None
    binders: dict[str, list[ast.AST]] = field(default_factory=dict)
    stars: list[ast.ImportFrom] = field(default_factory=list)
    declared: dict[str, Literal["global", "nonlocal"]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """A file's tree with its scopes: `reads` are the names it loads, each with the scope it stands in."""

    tree: ast.Module
    module: Scope
    scopes: tuple[Scope, ...]
    parents: dict[ast.AST, ast.AST]
    reads: tuple[tuple[ast.Name, Scope], ...]
    standing: dict[ast.AST, Scope]

    def resolve(self, name: str, scope: Scope) -> Scope | None:
        """The scope that binds `name` for a reader in `scope`; None for builtins, star imports and the unknown."""
        here: Scope | None = scope
        while here is not None:
            if here is scope or here.kind != "class":
                declared = here.declared.get(name)
                if declared == "global":
                    return self.module if name in self.module.binders else None
                if declared is None and name in here.binders:
                    return here
            here = here.parent
        return None

    def uses(self, name: str, scope: Scope | None) -> list[tuple[ast.Name, Scope]]:
        """Where `scope`'s binding of `name` is read (with None: where nothing in the file binds it)."""
        return [(node, where) for node, where in self.reads if node.id == name and self.resolve(name, where) is scope]

    def binds(self, name: str) -> bool:
        """Whether any scope binds `name`."""
        return any(name in scope.binders for scope in self.scopes)

    def scope_at(self, node: ast.AST) -> Scope:
        """The scope that `node` is evaluated in."""
        here = node
        while here not in self.standing:
            here = self.parents[here]
        return self.standing[here]

    def statement(self, node: ast.AST) -> ast.stmt:
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        while node in self.parents:
            node = self.parents[node]
            yield node


def read_names(tree: ast.Module, text: str) -> Names:
    """Scopes, binders and readers of a file, types in its strings and comments among them."""
    parents: dict[ast.AST, ast.AST] = {}
    nodes: list[ast.AST] = [tree]
    for node in nodes:
        for child in ast.iter_child_nodes(node):
            parents[child] = node
            nodes.append(child)
    return _Reader(tree, parents, quoted_types(nodes, text)).names()


class _Reader:
    def __init__(
        self, tree: ast.Module, parents: dict[ast.AST, ast.AST], quoted: Mapping[ast.AST, Sequence[ast.expr]]
    ) -> None:
        self.quoted = quoted
        self.module = Scope("module", tree)
        self.scopes = [self.module]
        self.stores: list[tuple[str, ast.AST, Scope]] = []
        self.reads: list[tuple[ast.Name, Scope]] = []
        self.standing: dict[ast.AST, Scope] = {}
        self.parents = parents
        self.pending: list[tuple[ast.AST, Scope]] = [(tree, self.module)]
        self.tree = tree

    def names(self) -> Names:
        while self.pending:
            node, scope = self.pending.pop()
            self.standing[node] = scope
            self._visit(node, scope)
            for expression in self.quoted.get(node, ()):
                self.parents[expression] = node
                self.parents.update(
                    (child, above) for above in ast.walk(expression) for child in ast.iter_child_nodes(above)
                )
                self._push((expression,), scope)
        names = Names(self.tree, self.module, tuple(self.scopes), self.parents, tuple(self.reads), self.standing)
        # An assignment under `nonlocal` belongs to whichever outer scope binds the name without it.
        for name, node, scope in sorted(self.stores, key=lambda store: store[2].declared.get(store[0]) == "nonlocal"):
            owner = names.resolve(name, scope) if scope.declared.get(name) == "nonlocal" else scope
            if scope.declared.get(name) == "global":
                owner = self.module
            (owner or scope).binders.setdefault(name, []).append(node)
        for scope in self.scopes:
            for binders in scope.binders.values():
                binders.sort(key=_position)
        return names

    def _visit(self, node: ast.AST, scope: Scope) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                self.reads.append((node, scope))
            case ast.Name(id=name):
                self.stores.append((name, node, scope))
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                self._function(node, scope)
            case ast.ClassDef(name=name):
                self.stores.append((name, node, scope))
                self._push((*node.decorator_list, *node.bases, *node.keywords), scope)
                self._push(node.body, self._inner("class", node, scope))
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node, scope)
            case ast.NamedExpr(target=target, value=value):
                self.stores.append((target.id, target, _outside_comprehensions(scope)))
                self._push((value,), scope)
            case ast.Import() | ast.ImportFrom():
                self._import(node, scope)
            case ast.Global(names=names):
                scope.declared.update(dict.fromkeys(names, "global"))
            case ast.Nonlocal(names=names):
                scope.declared.update(dict.fromkeys(names, "nonlocal"))
            case _:
                self._bind_by_text(node, scope)
                self._push(ast.iter_child_nodes(node), scope)

    def _bind_by_text(self, node: ast.AST, scope: Scope) -> None:
        match node:
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                self.stores.append((name, node, scope))
            case ast.MatchMapping(rest=str(name)):
                self.stores.append((name, node, scope))

    def _function(self, node: FunctionNode | ast.Lambda, scope: Scope) -> None:
        inner = self._inner("function", node, scope)
        arguments = node.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        named += [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
        self.stores += [(argument.arg, argument, inner) for argument in named]
        self._push((argument.annotation for argument in named), scope)
        self._push((*arguments.defaults, *arguments.kw_defaults), scope)
        if isinstance(node, ast.Lambda):
            self._push((node.body,), inner)
            return
        self.stores.append((node.name, node, scope))
        self._push((*node.decorator_list, node.returns), scope)
        self._push(node.body, inner)

    def _comprehension(self, node: Comprehension, scope: Scope) -> None:
        inner = self._inner("comprehension", node, scope)
        self._push((node.generators[0].iter,), scope)
        outermost = node.generators[0].iter
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.comprehension):
                self._push((part for part in ast.iter_child_nodes(child) if part is not outermost), inner)
            else:
                self._push((child,), inner)

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        for alias in node.names:
            if isinstance(node, ast.ImportFrom) and alias.name == "*":
                scope.stars.append(node)
            else:
                self.stores.append((bound_name(node, alias), alias, scope))

    def _inner(self, kind: Literal["class", "function", "comprehension"], node: ast.AST, scope: Scope) -> Scope:
        inner = Scope(kind, node, scope)
        self.scopes.append(inner)
        return inner

    def _push(self, nodes: Iterable[ast.AST | None], scope: Scope) -> None:
        self.pending += [(node, scope) for node in nodes if node is not None]


def bound_name(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    """The name that the import binds."""
    return alias.asname or (alias.name if isinstance(statement, ast.ImportFrom) else alias.name.partition(".")[0])


def _outside_comprehensions(scope: Scope) -> Scope:
    while scope.kind == "comprehension" and scope.parent is not None:
        scope = scope.parent
    return scope


def _position(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
