"""Whether every use of an adapted name in a file can follow the name to its component."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from refactor_tools.codemods.import_bindings import NameBinding
from refactor_tools.codemods.import_scopes import FunctionNode, Names, Scope
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.model.migrations import Move

# Methods of a module that give the module itself back, those that leave it as it is, and those that show its keys.
SAME = frozenset(("to", "eval", "train", "cuda", "cpu", "float", "double", "half", "bfloat16", "requires_grad_"))
QUIET = frozenset(("parameters", "buffers", "zero_grad"))
KEYED = frozenset(("state_dict", "load_state_dict", "named_parameters", "named_buffers"))
TYPE_TESTS = ("isinstance", "issubclass")


class Unresolved(Exception):
    """Why the import stays on its shim."""


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call that must go through the adapter: of the name itself, or of an object made by it."""

    node: ast.Call
    role: Literal["init", "forward"]


def call_sites(
    path: str,
    names: Names,
    tree: SourceTree,
    move: Move,
    references: Sequence[ast.expr],
) -> list[CallSite]:
    """The calls behind `references`, which are all uses of the moved name under one binding.

    Raises:
        Unresolved: a use that is no call, or an object whose uses cannot all be seen.
    """
    _require_nothing_of_its_own(move)
    flow = _Flow(path, names, tree, move)
    for reference in references:
        flow.reference(reference)
    flow.settle()
    return list({site.node: site for site in flow.sites}.values())


def _require_nothing_of_its_own(move: Move) -> None:
    """What only the old name has besides its signatures: class attributes and decorators."""
    own = [item.name for item in move.adapter.attributes]
    own += [f"@{text}" for _, texts in move.adapter.decorators for text in texts]
    if own:
        raise Unresolved(f"the old name has what the component has not: {', '.join(own)}")


def require_no_other_use(path: str, names: Names, tree: SourceTree, binding: NameBinding) -> None:
    """An adapted name must have one binding, uses in this file, and no readers elsewhere.

    Raises:
        Unresolved: with the reason.
    """
    bound, scope = binding.bound, binding.scope
    others = [binder for binder in scope.binders[bound] if binder not in binding.aliases]
    if others:
        raise Unresolved(f"`{bound}` is bound again at line {getattr(others[0], 'lineno', 0)}")
    if scope.kind == "class":
        raise Unresolved("imported in a class body")
    for node in ast.walk(names.tree):
        if isinstance(node, ast.Constant) and node.value == bound:
            raise Unresolved(f"named in a string at line {node.lineno}")
    annotation = _named_in_annotation(names, bound)
    if annotation:
        raise Unresolved(f"an annotation at line {annotation}")
    if scope.kind == "module":
        for other, line in tree.importers(path, bound):
            raise Unresolved(f"read from here by {other}:{line}")
    if not names.uses(bound, scope):
        raise Unresolved("not used here, perhaps imported from here")


def _named_in_annotation(names: Names, bound: str) -> int:
    """The line of a string annotation that holds the name, 0 where there is none."""
    word = re.compile(rf"\b{re.escape(bound)}\b")
    for node in ast.walk(names.tree):
        for part in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            for leaf in ast.walk(part) if isinstance(part, ast.expr) else ():
                if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str) and word.search(leaf.value):
                    return leaf.lineno
    return 0


class _Flow:
    """Follows constructed objects through variables and attributes of `self`."""

    def __init__(self, path: str, names: Names, tree: SourceTree, move: Move) -> None:
        self.path, self.names, self.tree, self.move = path, names, tree, move
        self.sites: list[CallSite] = []
        self.stores: set[ast.AST] = set()
        self.held: dict[tuple[Scope | ast.ClassDef, str], None] = {}
        self.bound: list[tuple[ast.AST, str]] = []

    def reference(self, node: ast.expr) -> None:
        call = self.names.parents[node]
        if not isinstance(call, ast.Call) or call.func is not node:
            raise Unresolved(self._why_no_call(node))
        if any(isinstance(above, ast.JoinedStr) for above in self.names.ancestors(node)):
            raise Unresolved(f"called inside an f-string at line {node.lineno}")
        self.sites.append(CallSite(call, "forward" if self.move.kind == "function" else "init"))
        if self.move.kind == "class":
            self._consume(call)

    def settle(self) -> None:
        """Check all uses of what the objects are bound to; that may bind them to more."""
        done: set[tuple[Scope | ast.ClassDef, str]] = set()
        while pending := [key for key in self.held if key not in done]:
            for owner, name in pending:
                done.add((owner, name))
                if isinstance(owner, Scope):
                    self._variable(owner, name)
                else:
                    self._member(owner, name)
        for binder, name in self.bound:
            self._require_known(binder, name)

    def _consume(self, node: ast.expr) -> None:
        """Follow the object that `node` evaluates to into what happens with it."""
        parent = self.names.parents[node]
        match parent:
            case ast.Expr():
                return
            case ast.Call(func=func) if func is node:
                self.sites.append(CallSite(parent, "forward"))
            case ast.Attribute():
                self._method(parent)
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target) if target is not node:
                self._bind(target)
            case _:
                raise Unresolved(self._why_lost(node))

    def _method(self, node: ast.Attribute) -> None:
        call = self.names.parents[node]
        if node.attr == "training" and isinstance(node.ctx, ast.Load):
            return
        if not isinstance(call, ast.Call) or call.func is not node:
            raise Unresolved(f"its attribute `{node.attr}` is used at line {node.lineno}")
        if node.attr in SAME:
            self._consume(call)
        elif node.attr in KEYED:
            self._require_same_keys()
        elif node.attr not in QUIET:
            raise Unresolved(f"its method `{node.attr}` is called at line {node.lineno}")

    def _bind(self, target: ast.expr) -> None:
        match target:
            case ast.Name():
                scope = self.names.resolve(target.id, self.names.scope_at(target))
                if scope is None or scope.kind == "class":
                    raise Unresolved(f"bound in a class body at line {target.lineno}")
                self.held[scope, target.id] = None
            case ast.Attribute(value=ast.Name()) if owner := self._class_of_self(target.value):
                self._require_same_keys()
                self.held[owner, target.attr] = None
            case _:
                raise Unresolved(f"stored as `{ast.unparse(target)}` at line {target.lineno}")
        self.stores.add(target)

    def _variable(self, scope: Scope, name: str) -> None:
        if scope.kind == "module":
            for other, line in self.tree.importers(self.path, name):
                raise Unresolved(f"`{name}` is read from {other}:{line}")
            self.require_unnamed(name)
        self.bound += [(binder, name) for binder in scope.binders[name]]
        for node, _ in self.names.uses(name, scope):
            self._consume(node)

    def _member(self, owner: ast.ClassDef, name: str) -> None:
        self.require_unnamed(name)
        uses = [node for node in ast.walk(self.names.tree) if isinstance(node, ast.Attribute) and node.attr == name]
        for node in uses:
            found = self._class_of_self(node.value)
            if found is None:
                if self._is_module(node.value):
                    continue
                raise Unresolved(f"reached as `{ast.unparse(node)}` at line {node.lineno}")
            if not self._related(found, owner):
                continue
            if isinstance(node.ctx, ast.Load):
                self._consume(node)
            else:
                self.bound.append((node, f"self.{name}"))
        self._require_unreached(owner, name)

    def _require_known(self, binder: ast.AST, name: str) -> None:
        parent = self.names.parents[binder]
        declared = isinstance(parent, ast.AnnAssign) and parent.value is None
        if binder not in self.stores and not declared:
            raise Unresolved(f"`{name}` is bound to something else at line {getattr(binder, 'lineno', 0)}")

    def _require_same_keys(self) -> None:
        if self.move.adapter.renames_state:
            pairs = ", ".join(f"{old} -> {new}" for new, old in self.move.adapter.state)
            raise Unresolved(f"its saved keys would change: {pairs}")

    def require_unnamed(self, name: str) -> None:
        """A string that is the name (`__all__`, `getattr`) is a use that cannot be followed."""
        for node in ast.walk(self.names.tree):
            if isinstance(node, ast.Constant) and node.value == name:
                raise Unresolved(f"`{name}` is named in a string at line {node.lineno}")

    def _require_unreached(self, owner: ast.ClassDef, name: str) -> None:
        """No other file may reach the member from outside, or from a class above or below `owner`."""
        bases = [ast.unparse(base).rpartition(".")[2] for base in owner.bases]
        heads = "|".join(re.escape(name) for name in bases) or "(?!)"
        kin = re.compile(rf"\b{re.escape(owner.name)}\b|^[ \t]*class[ \t]+(?:{heads})\b", re.MULTILINE)
        # A relative import of a module that is called like the member reaches no object.
        reached = re.compile(rf"(?<!\bfrom )(?<![\w.)\]])([\w.)\]]*)\.{re.escape(name)}\b")
        for other in sorted(self.tree.table.paths - {self.path, self.move.origin}):
            text = self.tree.text(other) or ""
            for match in reached.finditer(text) if name in text else ():
                if match[1] != "self" or kin.search(text):
                    line = text.count("\n", 0, match.start()) + 1
                    raise Unresolved(f"`.{name}` may be reached from {other}:{line}")

    def _class_of_self(self, node: ast.expr) -> ast.ClassDef | None:
        """The class whose method has `node` as its first parameter."""
        if not isinstance(node, ast.Name):
            return None
        scope = self.names.resolve(node.id, self.names.scope_at(node))
        if scope is None or not isinstance(scope.node, FunctionNode):
            return None
        positional = [*scope.node.args.posonlyargs, *scope.node.args.args]
        owner = self.names.parents[scope.node]
        first = bool(positional) and scope.binders[node.id] == positional[:1]
        static = any(isinstance(item, ast.Name) and item.id == "staticmethod" for item in scope.node.decorator_list)
        return owner if first and not static and isinstance(owner, ast.ClassDef) else None

    def _is_module(self, node: ast.expr) -> bool:
        """Whether an attribute is read from something imported, such as `F.pool`."""
        if not isinstance(node, ast.Name):
            return False
        scope = self.names.resolve(node.id, self.names.scope_at(node))
        return scope is not None and all(isinstance(binder, ast.alias) for binder in scope.binders[node.id])

    def _related(self, one: ast.ClassDef, other: ast.ClassDef) -> bool:
        return one is other or other in self._above(one) or one in self._above(other)

    def _above(self, node: ast.ClassDef) -> set[ast.ClassDef]:
        classes = {item.name: item for item in ast.walk(self.names.tree) if isinstance(item, ast.ClassDef)}
        found: set[ast.ClassDef] = set()
        pending = [node]
        while pending:
            for base in pending.pop().bases:
                above = classes.get(ast.unparse(base).rpartition(".")[2])
                if above is not None and above not in found:
                    found.add(above)
                    pending.append(above)
        return found

    def _why_no_call(self, node: ast.expr) -> str:
        parent, line = self.names.parents[node], node.lineno
        match parent:
            case ast.ClassDef():
                return f"subclassed at line {line}"
            case ast.Attribute():
                return f"its attribute `{parent.attr}` is used at line {line}"
        for above in self.names.ancestors(node):
            if isinstance(above, ast.Call) and ast.unparse(above.func) in TYPE_TESTS:
                return f"{ast.unparse(above.func)} at line {line}"
        return self._why_lost(node)

    def _why_lost(self, node: ast.expr) -> str:
        below: ast.AST = node
        for above in self.names.ancestors(node):
            match above:
                case ast.Call(func=func) if func is not below:
                    return f"passed to `{ast.unparse(func)}` at line {node.lineno}"
                case ast.Return() | ast.Yield() | ast.YieldFrom():
                    return f"returned at line {node.lineno}"
                case ast.arg() | ast.AnnAssign() if above.annotation is below:
                    return f"an annotation at line {node.lineno}"
                case ast.FunctionDef() | ast.AsyncFunctionDef() if above.returns is below:
                    return f"an annotation at line {node.lineno}"
                case ast.stmt():
                    break
            below = above
        return f"used as a value at line {node.lineno}"
