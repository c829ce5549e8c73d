"""Whether an expression of a class computes what a component's `forward` returns, and with which of its parts.

A match says where the component may stand; that it computes the same there is for a proof to say.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeGuard

from refactor_tools.unify.inlined_calls import ACTIVATIONS, paired, spelled
from refactor_tools.unify.inlined_classes import ClassBody
from refactor_tools.unify.inlined_uses import binders
from refactor_tools.unify.inlined_values import Choice, Element, Given, Layered, Scope, Value, Written

_COMMUTATIVE = (ast.Add, ast.Mult)
_NONE = ast.Constant(None)


@dataclass(slots=True)
class Matching:
    """`arguments` are values in the holder by the component's parameter (in `__init__` or not, name), `members` paths
    of the holder's layers and tensors by the component's. `spare` are layers of the holder that the component writes as
    functions, `followed` the holder's statements whose values were looked into.
    """

    component: ClassBody
    holder: ClassBody
    arguments: dict[tuple[bool, str], Value] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    spare: dict[str, None] = field(default_factory=dict)
    followed: dict[ast.stmt, None] = field(default_factory=dict)

    def value(self, ours: Value, theirs: Value) -> bool:
        """Whether the component's value and the holder's are the same computation."""
        ours = _chosen(resolved(ours)[0])
        if isinstance(ours, Given):
            return self.bind(ours, theirs)
        if isinstance(ours, Choice):
            return self._choice(ours, theirs)
        if _is_member(ours, self.component) and not self.component.holds_tensors(made := self._made(ours)):
            return made is not None and self.value(made, theirs)
        return self._tried(lambda: self._looked_into(ours, theirs))

    def bind(self, parameter: Given, theirs: Value) -> bool:
        """Whether the component's parameter can be given the holder's value, beside what it was given before."""
        if isinstance(theirs, Layered) and theirs.whole is not None:
            theirs = theirs.whole
        if parameter.in_init and isinstance(theirs, Written) and f"self.{_member(theirs.node)}" not in theirs.scope:
            theirs = self._plain(theirs)
        key = (parameter.in_init, parameter.name)
        known = self.arguments.setdefault(key, theirs)
        return known is theirs or identity(known) == identity(theirs)

    def _tried(self, attempt: Callable[[], bool]) -> bool:
        """An attempt that leaves no trace where it fails."""
        kept = (dict(self.arguments), dict(self.members), dict(self.spare), dict(self.followed))
        if attempt():
            return True
        self.arguments, self.members, self.spare, self.followed = kept
        return False

    def _looked_into(self, ours: Value, theirs: Value) -> bool:
        theirs, passed = resolved(theirs)
        self.followed.update(dict.fromkeys(passed))
        if not _is_member(ours, self.component):
            theirs, _ = resolved(self._plain(theirs))
        ours, theirs = unfolded(ours, self.component), unfolded(theirs, self.holder)
        match ours, theirs:
            case Layered(), Layered():
                return self.layer(ours.path, theirs.path) and self.value(ours.argument, theirs.argument)
            case Layered(), Written():
                return self._function(ours, theirs)
            case Written(), Layered(whole=None):
                return self._activation(ours, theirs)
            case Written(), Layered(whole=Written() as call):
                return self._tried(lambda: self._activation(ours, theirs)) or self._written(ours, call)
            case Element(), Element():
                same = (ours.place, ours.count) == (theirs.place, theirs.count)
                return same and self.value(ours.of, theirs.of)
            case Written(), Written():
                return self._written(ours, theirs)
        return False

    def _choice(self, ours: Choice, theirs: Value) -> bool:
        """Both sides choose alike, or the component's test is settled by what it is given."""
        other, passed = resolved(theirs)
        other = _chosen(other)

        def together() -> bool:
            assert isinstance(other, Choice)
            self.followed.update(dict.fromkeys((*passed, *binders(other))))
            parts = ((ours.test, other.test), (ours.then, other.then), (ours.other, other.other))
            return all(self.value(left, right) for left, right in parts)

        if isinstance(other, Choice) and self._tried(together):
            return True
        return any(
            self._tried(partial(self._settled, ours.test, truth, value, theirs))
            for value, truth in ((ours.then, True), (ours.other, False))
        )

    def _settled(self, test: Written, truth: bool, value: Value, theirs: Value) -> bool:
        return self.assume(test, truth) and self.value(value, theirs)

    def assume(self, test: Written, truth: bool) -> bool:
        """Whether what the component is given makes `test` come out as `truth`."""
        match test.node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.assume(Written(operand, test.scope), not truth)
            case ast.BoolOp(op=operator, values=values) if isinstance(operator, ast.And) == truth:
                return all(self.assume(Written(value, test.scope), truth) for value in values)
            case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot() as operator], comparators=[ast.Constant(None)]):
                return self._absent(Written(left, test.scope), truth == isinstance(operator, ast.Is))
        value = self._component_value(test)
        if isinstance(value, Given):
            return self.bind(value, Written(ast.Constant(truth), {}))
        return False

    def _absent(self, tested: Written, absent: bool) -> bool:
        value = self._component_value(tested)
        if isinstance(value, Choice) and is_none(resolved(value.other)[0]):
            return self.assume(value.test, not absent)
        if not isinstance(value, Given):
            return not absent and isinstance(value, Written) and not is_none(value)
        if absent:
            return self.bind(value, Written(_NONE, {}))
        known = self.arguments.get((value.in_init, value.name))
        return known is None or not is_none(known)

    def _component_value(self, value: Value) -> Value:
        """A value of the component, through its members."""
        value = _chosen(resolved(value)[0])
        if _is_member(value, self.component) and (made := self._made(value)) is not None:
            return self._component_value(made)
        return value

    def _made(self, value: Written) -> Value | None:
        name = _member(value.node)
        return self.component.members.get(f"self.{name}") or self.component.constants.get(name)

    def _plain(self, theirs: Value) -> Value:
        """What a member of the holder was set to, if that is no layer and no tensor."""
        name = _member(theirs.node) if isinstance(theirs, Written) else ""
        if not name or not isinstance(theirs, Written):
            return theirs
        there = theirs.scope.get(f"self.{name}") or self.holder.members.get(f"self.{name}")
        made = there or self.holder.constants.get(name)
        return theirs if made is None or self.holder.holds_tensors(made) else made

    def layer(self, ours: str, theirs: str) -> bool:
        """Whether two members stand for each other: made alike, and for no other."""
        if ours in self.members or theirs in self.members.values():
            return self.members.get(ours) == theirs
        made, other = self.component.layer(ours), self.holder.layer(theirs)
        if made is None or other is None:
            return False
        self.members[ours] = theirs
        return self.value(made, other)

    def _function(self, ours: Layered, theirs: Written) -> bool:
        """An activation: a layer in the component, a function in the holder."""
        call, made = spelled(theirs.node, theirs.scope, self.holder), self.component.layer(ours.path)
        made = made and _chosen(resolved(made)[0])
        kind = ACTIVATIONS.get(call.name) if call is not None and len(call.positional) == 1 else None
        if call is None or kind is None or call.keywords or not isinstance(made, Written):
            return False
        text = next((f"{name}.{kind}" for name, whole in self.holder.names.items() if whole == "torch.nn"), "")
        layer = ast.parse(f"{text}()", mode="eval").body if text else None
        same = layer is not None and self.value(made, Written(layer, {}))
        return same and self.value(ours.argument, Written(call.positional[0], theirs.scope))

    def _activation(self, ours: Written, theirs: Layered) -> bool:
        """An activation: a function in the component, a layer in the holder."""
        call, made = spelled(ours.node, ours.scope, self.component), self.holder.layer(theirs.path)
        kind = ACTIVATIONS.get(call.name) if call is not None and len(call.positional) == 1 else None
        if call is None or kind is None or call.keywords or not isinstance(made, Written):
            return False
        layer = spelled(made.node, made.scope, self.holder)
        if layer is None or (layer.name, layer.positional, layer.keywords) != (f"torch.nn.{kind}", (), ()):
            return False
        self.spare[theirs.path] = None
        return self.value(Written(call.positional[0], ours.scope), theirs.argument)

    def _written(self, ours: Written, theirs: Written) -> bool:
        left, right = ours.node, theirs.node
        if (factory := _factory(ours)) is not None:
            return self.bind(factory, Written(_making(right), theirs.scope, theirs.by))
        if (name := _member(left)) and (other := _member(right)):
            known = self.component.layer(name) is not None
            return self.layer(name, other) if known else name == other == "training"
        if _is_plain(ours) and _is_plain(theirs):
            return self.component.qualified(left) == self.holder.qualified(right)
        one, two = spelled(left, ours.scope, self.component), spelled(right, theirs.scope, self.holder)
        if one is not None and two is not None:
            pairs = paired(one, two)
            return pairs is not None and self._all(pairs, ours.scope, theirs.scope)
        if type(left) is not type(right):
            return False
        if isinstance(left, ast.BinOp) and isinstance(right, ast.BinOp):
            return self._operation(left, right, ours.scope, theirs.scope)
        return self._all_fields(left, right, ours.scope, theirs.scope)

    def _operation(self, left: ast.BinOp, right: ast.BinOp, ours: Scope, theirs: Scope) -> bool:
        if type(left.op) is not type(right.op):
            return False
        straight = [(left.left, right.left), (left.right, right.right)]
        crossed = [(left.left, right.right), (left.right, right.left)]
        orders = [straight, crossed] if isinstance(left.op, _COMMUTATIVE) else [straight]
        return any(self._tried(partial(self._all, pairs, ours, theirs)) for pairs in orders)

    def _all(self, pairs: Sequence[tuple[ast.expr, ast.expr]], ours: Scope, theirs: Scope) -> bool:
        return all(self.value(Written(left, ours), Written(right, theirs)) for left, right in pairs)

    def _all_fields(self, left: ast.AST, right: ast.AST, ours: Scope, theirs: Scope) -> bool:
        pairs = list(_children(left, right))
        if any(item is None for item in pairs):
            return False
        return self._all([item for item in pairs if item is not None], ours, theirs)


def resolved(value: Value) -> tuple[Value, list[ast.stmt]]:
    """What a local name stands for, and the statements that bind it."""
    passed: list[ast.stmt] = []
    while isinstance(value, Written) and isinstance(value.node, ast.Name) and value.node.id in value.scope:
        value = value.scope[value.node.id]
        by = getattr(value, "by", None)
        passed += [by] if by is not None else []
    return value, passed


def unfolded(value: Value, body: ClassBody) -> Value:
    """The last layer of what `self.member(x)` runs, a sequence being its layers one after the other."""
    if isinstance(value, Written) and isinstance(value.node, ast.Call):
        name, call = _member(value.node.func), value.node
        if name and len(call.args) == 1 and not call.keywords and f"self.{name}" not in value.scope:
            first: Value = Written(call.args[0], value.scope)
            return _last(body, name, first, value)
    return value


def _last(body: ClassBody, path: str, argument: Value, whole: Written | None) -> Layered:
    made = body.layer(path)
    entries = body.entries(made) if made is not None else None
    for place in range(len(entries) - 1 if entries else 0):
        argument = _last(body, f"{path}.{place}", argument, None)
    if entries:
        return _last(body, f"{path}.{len(entries) - 1}", argument, whole)
    return Layered(path, argument, whole)


def identity(value: Value) -> str:
    """A text that two values of one class share if they are the same computation."""
    value, _ = resolved(value)
    match value:
        case Given():
            return f"<{value.name} {value.in_init}>"
        case Written():
            loaded = _loaded(value.node)
            names = sorted((name, identity(bound)) for name, bound in value.scope.items() if name in loaded)
            return f"{ast.dump(value.node)} with {hash(tuple(names))}"
        case Choice():
            return f"choice {hash((identity(value.test), identity(value.then), identity(value.other)))}"
        case Element():
            return f"{value.place} of {hash(identity(value.of))}"
        case Layered():
            return f"{value.path} of {hash(identity(value.argument))}"
    return str(id(value))


def is_none(value: Value) -> bool:
    """Whether it is the constant `None`."""
    return isinstance(value, Written) and isinstance(value.node, ast.Constant) and value.node.value is None


def _loaded(node: ast.expr) -> frozenset[str]:
    return frozenset(item.id for item in ast.walk(node) if isinstance(item, ast.Name))


def _chosen(value: Value) -> Value:
    """A conditional expression as a choice."""
    if isinstance(value, Written) and isinstance(value.node, ast.IfExp):
        node, scope = value.node, value.scope
        return Choice(Written(node.test, scope), Written(node.body, scope), Written(node.orelse, scope), value.by)
    return value


def _member(node: ast.expr) -> str:
    """ "x" of `self.x`, else ""."""
    match node:
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return name
    return ""


def _is_member(value: Value, body: ClassBody) -> TypeGuard[Written]:
    if not isinstance(value, Written):
        return False
    name = _member(value.node)
    return f"self.{name}" in body.members or name in body.constants


def _is_plain(value: Written) -> bool:
    """Whether it is a name of the file, dotted or not."""
    node = value.node
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id not in value.scope and node.id != "self"


def _factory(value: Written) -> Given | None:
    """The parameter that `value` calls without arguments."""
    match value.node:
        case ast.Call(func=ast.Name(id=name), args=[], keywords=[]):
            found = value.scope.get(name)
            return found if isinstance(found, Given) and found.in_init else None
    return None


def _making(node: ast.expr) -> ast.expr:
    """A callable that makes what `node` does."""
    match node:
        case ast.Call(func=func, args=[], keywords=[]):
            return func
    nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    return ast.Lambda(nothing, node)


def _children(left: ast.AST, right: ast.AST) -> Iterator[tuple[ast.expr, ast.expr] | None]:
    """Expressions in two nodes of one type in pairs; None where the nodes differ beside them."""
    for name in left._fields:
        if name in ("ctx", "kind", "type_comment"):
            continue
        one, two = getattr(left, name, None), getattr(right, name, None)
        ones, twos = (item if isinstance(item, list) else [item] for item in (one, two))
        if len(ones) != len(twos):
            yield None
            continue
        for first, second in zip(ones, twos, strict=True):
            if isinstance(first, ast.expr) and isinstance(second, ast.expr):
                yield first, second
            elif isinstance(first, ast.keyword) and isinstance(second, ast.keyword):
                yield (first.value, second.value) if first.arg == second.arg else None
            elif isinstance(first, ast.AST) and isinstance(second, ast.AST):
                yield None if ast.dump(first) != ast.dump(second) else (_NONE, _NONE)
            elif type(first) is not type(second) or first != second:
                yield None
