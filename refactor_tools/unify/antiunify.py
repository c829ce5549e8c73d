"""Anti-unification: the least general template that every member of a family is an instance of.

First-order generalisation (Plotkin 1970) over libcst trees, extended to sequences: statements and elements of
`nn.Sequential` are aligned in order, and what only some members have becomes an option. Members are folded into the
template one after another. `forward` comes first, since it fixes which attribute of one member is which of another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from refactor_tools.clones.alignment import Pairs, align
from refactor_tools.unify.expressions import ExpressionFold
from refactor_tools.unify.guards import unite_guards
from refactor_tools.unify.likeness import alike
from refactor_tools.unify.members import Member, forward_of, method
from refactor_tools.unify.state import Mismatch
from refactor_tools.unify.syntax import assigned_attribute, same, statements
from refactor_tools.unify.template import ForwardParameter, Template, hoist_of, merged, option_of, optional_statement

_LEAST = 0.4


@dataclass(frozen=True, slots=True)
class Generalisation:
    """The template of `members`; `left_out` are those that differ in something no hole or option can stand for."""

    template: Template
    members: tuple[Member, ...]
    left_out: tuple[tuple[Member, Mismatch], ...] = ()


def generalise(members: Sequence[Member]) -> Generalisation:
    """Fold the members, the medoid first, into one template; those that do not fit are left out.

    Raises:
        Mismatch: none fits to the medoid; it is the first one's.
    """
    fold = _Fold(members[0])
    kept, left_out = [members[0]], []
    for member in members[1:]:
        try:
            fold.add(member)
            kept.append(member)
        except Mismatch as mismatch:
            left_out.append((member, mismatch))
    if left_out and len(kept) == 1:
        raise left_out[0][1]
    return Generalisation(fold.template(len(kept)), tuple(kept), tuple(left_out))


class _Fold(ExpressionFold):
    def __init__(self, medoid: Member) -> None:
        super().__init__()
        self.node = medoid.node
        self.count = 1
        self.forward = [ForwardParameter(item.name, (item.name,)) for item in medoid.forward]
        self.attributes_of.append({})
        self.locals_of.append({})

    def template(self, members: int) -> Template:
        return Template(
            node=self.node,
            holes=dict(self.holes),
            options=dict(self.options),
            hoists=dict(self.hoists),
            attributes=tuple(self.attributes_of),
            locals=tuple(self.locals_of),
            forward=tuple(self.forward),
        ).narrowed(members)

    def add(self, member: Member) -> None:
        """Widen the template until `member` is an instance of it, too; as it was where that fails."""
        self.begin()
        before, forward = self.state(), list(self.forward)
        try:
            self.node = self._united(self.node, member.node)
        except Mismatch:
            self.restore(before)
            self.forward = forward
            raise
        self.end()
        self.count += 1

    def _united(self, left: cst.CSTNode, right: cst.CSTNode) -> cst.ClassDef | cst.FunctionDef:
        if isinstance(left, cst.ClassDef) and isinstance(right, cst.ClassDef):
            return self._class(left, right)
        if isinstance(left, cst.FunctionDef) and isinstance(right, cst.FunctionDef):
            return self._function(left, right)
        raise Mismatch("one is a class and another a function", ())

    def _class(self, left: cst.ClassDef, right: cst.ClassDef) -> cst.ClassDef:
        if not same([base.value for base in left.bases], [base.value for base in right.bases]):
            raise Mismatch("the bases differ", self.texts(left.bases, right.bases))
        self._same_members(left, right)
        done: dict[str, cst.FunctionDef] = {}
        for name in _order(left):
            ours, theirs = method(left, name), method(right, name)
            assert ours is not None
            assert theirs is not None
            done[name] = self._function(ours, theirs)
        body = [
            done.get(item.name.value, item) if isinstance(item, cst.FunctionDef) else item for item in left.body.body
        ]
        return left.with_changes(body=left.body.with_changes(body=body))

    def _same_members(self, left: cst.ClassDef, right: cst.ClassDef) -> None:
        ours, theirs = set(_order(left)), set(_order(right))
        if ours != theirs:
            alone = sorted(ours ^ theirs)
            raise Mismatch(f"only some copies define {', '.join(alone)}", ())
        rest = [
            [item for item in statements(node.body) if not isinstance(item, cst.FunctionDef)] for node in (left, right)
        ]
        if not same(rest[0], rest[1]):
            raise Mismatch("class-level statements differ", self.texts(rest[0], rest[1]))

    def _function(self, left: cst.FunctionDef, right: cst.FunctionDef) -> cst.FunctionDef:
        if not same(left.decorators, right.decorators):
            raise Mismatch(f"the decorators of {left.name.value} differ", self.texts(left.decorators, right.decorators))
        name = left.name.value if isinstance(self.node, cst.ClassDef) else "forward"
        self.enter(name, left, right)
        if name == "__init__":
            return left.with_changes(body=self._body(left, right))
        main = left in (self.node, forward_of(self.node))
        return self._paired(left, right, main=main)

    def _paired(self, left: cst.FunctionDef, right: cst.FunctionDef, *, main: bool) -> cst.FunctionDef:
        """Try the plausible pairings of parameters; the one that leaves the least to holes and options wins."""
        best: tuple[int, object, cst.BaseSuite, dict[str, str]] | None = None
        failure: Mismatch | None = None
        start = self.state()
        for pairing in _pairings(self._parameters(left, main=main), _names(right)):
            self.restore(start)
            for ours, theirs in pairing.items():
                self.bind_local(ours, theirs)
            try:
                body = self._body(left, right)
            except Mismatch as mismatch:
                failure = failure or mismatch
                continue
            if best is None or self.cost() < best[0]:
                best = (self.cost(), self.state(), body, pairing)
        if best is None:
            assert failure is not None
            raise failure
        self.restore(best[1])
        if main:
            self._unite(best[3], _names(right))
        elif len(best[3]) != len(_names(right)) or len(best[3]) != len(_names(left)):
            raise Mismatch(f"the parameters of {left.name.value} differ", self.texts([left.params], [right.params]))
        return left.with_changes(body=best[2])

    def _parameters(self, function: cst.FunctionDef, *, main: bool) -> list[tuple[str, frozenset[str]]]:
        """The template's parameters, each with every name a member gives it."""
        if main:
            return [(item.name, frozenset(name for name in item.names if name)) for item in self.forward]
        return [(name, frozenset({name})) for name in _names(function)]

    def _unite(self, pairing: dict[str, str], theirs: list[str]) -> None:
        known = [ForwardParameter(item.name, (*item.names, pairing.get(item.name))) for item in self.forward]
        paired = set(pairing.values())
        new = [
            ForwardParameter(self.our_name(name), (None,) * self.count + (name,))
            for name in theirs
            if name not in paired
        ]
        self.forward = known + new

    def _body(self, left: cst.FunctionDef, right: cst.FunctionDef) -> cst.IndentedBlock:
        return cst.IndentedBlock(body=self.block(statements(left.body), statements(right.body)))

    def block(self, left: Sequence[cst.BaseStatement], right: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
        """Two lists of statements as one; what has no partner becomes an option."""
        result: list[cst.BaseStatement] = []
        pairs = align(left, right, self._likeness, _LEAST)
        position = 0
        while position < len(pairs):
            i, j = _gap(pairs, position)
            if i is not None and j is not None:
                result += self._pair(left[i], right[j])
            elif i is not None:
                result.append(self._without(left[i]))
            elif j is not None:
                result.append(self._extra(right[j]))
            position += 1 if (i, j) == pairs[position] else 2
        return result

    def _pair(self, left: cst.BaseStatement, right: cst.BaseStatement) -> list[cst.BaseStatement]:
        united_guards = unite_guards(self, left, right)
        if united_guards is not None:
            return [united_guards]
        option = option_of(left)
        inner = option[1] if option else left
        assert isinstance(inner, cst.BaseStatement)
        before = self.state()
        try:
            united = self.statement(inner, right)
        except Mismatch:
            self.restore(before)
            if _returns(inner) or _returns(right):
                raise
            return [self._without(left), self._extra(right)]
        if option is None:
            return [united]
        self.present(option[0])
        return [optional_statement(option[0], united)]

    def statement(self, left: cst.BaseStatement, right: cst.BaseStatement) -> cst.BaseStatement:
        """Two statements as one; compound ones only where their heads agree.

        Raises:
            Mismatch: they are different statements.
        """
        if type(left) is not type(right):
            raise Mismatch("a statement differs", self.texts([left], [right]))
        if isinstance(left, cst.If) and isinstance(right, cst.If):
            return self._if(left, right)
        if isinstance(left, (cst.For, cst.With, cst.While)):
            head = left.with_changes(body=cst.IndentedBlock(body=[]))
            other = right.with_changes(body=cst.IndentedBlock(body=[]))
            united = self.node_of(head, other)
            body = self.block(statements(left.body), statements(right.body))  # type: ignore[attr-defined]  # same type as left
            return united.with_changes(body=cst.IndentedBlock(body=body))  # type: ignore[return-value]
        united = self.node_of(left, right)
        assert isinstance(united, cst.BaseStatement)
        return united

    def _if(self, left: cst.If, right: cst.If) -> cst.If:
        test = self.node_of(left.test, right.test)
        body = self.block(statements(left.body), statements(right.body))
        if (left.orelse is None) != (right.orelse is None) or type(left.orelse) is not type(right.orelse):
            raise Mismatch("only one copy has an else", self.texts([left.test], [right.test]))
        changes: dict[str, object] = {"test": test, "body": cst.IndentedBlock(body=body)}
        if isinstance(left.orelse, cst.If) and isinstance(right.orelse, cst.If):
            changes["orelse"] = self._if(left.orelse, right.orelse)
        elif isinstance(left.orelse, cst.Else) and isinstance(right.orelse, cst.Else):
            other = self.block(statements(left.orelse.body), statements(right.orelse.body))
            changes["orelse"] = left.orelse.with_changes(body=cst.IndentedBlock(body=other))
        return left.with_changes(**changes)

    def _likeness(self, left: cst.BaseStatement, right: cst.BaseStatement) -> float:
        hoist = hoist_of(left)
        if hoist is not None:
            return max(alike(hoist[2], right), alike(merged(hoist[1], hoist[2]), right))
        option = option_of(left)
        inner = option[1] if option else left
        score = alike(inner, right)
        ours, theirs = assigned_attribute(inner), assigned_attribute(right)
        if ours and theirs and self.method == "__init__":
            if self.attributes.get(ours) == theirs:
                return 1.0
            if ours in self.attributes or theirs in self.attributes.values():
                return score * 0.4
        return score

    def _without(self, statement: cst.BaseStatement) -> cst.BaseStatement:
        """A statement that the new member lacks."""
        if option_of(statement):
            return statement
        everyone = range(self.count)
        number = self.new_option(frozenset(everyone), element=False)
        return optional_statement(number, self.opened(statement, everyone))

    def _extra(self, statement: cst.BaseStatement) -> cst.BaseStatement:
        """A statement that only the new member has, in the template's names."""
        number = self.new_option(frozenset({self.count}), element=False)
        return optional_statement(number, self.opened(self.translated(statement)))


def _gap(pairs: Pairs, position: int) -> tuple[int | None, int | None]:
    """The pair at `position`; two neighbours without partners, one of each side, count as a pair."""
    i, j = pairs[position]
    if position + 1 < len(pairs) and (i is None) != (j is None):
        a, b = pairs[position + 1]
        if i is None and b is None:
            return a, j
        if j is None and a is None:
            return i, b
    return i, j


def _returns(statement: cst.BaseStatement) -> bool:
    """Whether it ends the function whatever comes: an option of it would leave a way without a result."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    return any(isinstance(small, (cst.Return, cst.Raise)) for small in statement.body)


def _order(node: cst.ClassDef) -> list[str]:
    """Method names: `forward` first, `__init__` last."""
    names = [item.name.value for item in node.body.body if isinstance(item, cst.FunctionDef)]
    first = [name for name in ("forward", "call") if name in names]
    last = [name for name in ("__init__",) if name in names]
    return first + [name for name in names if name not in (*first, *last)] + last


def _names(function: cst.FunctionDef) -> list[str]:
    params = function.params
    listed = [*params.posonly_params, *params.params, *params.kwonly_params]
    return [item.name.value for item in listed if item.name.value != "self"]


def _pairings(left: list[tuple[str, frozenset[str]]], right: list[str]) -> list[dict[str, str]]:
    """Which parameter may be which: by name always; the others all by position, the first alone, or not at all."""
    named: dict[str, str] = {}
    for ours, names in left:
        shared = [name for name in right if name in names and name not in named.values()]
        if shared:
            named[ours] = shared[0]
    rest = [
        (ours, theirs)
        for (ours, _), theirs in zip(left, right, strict=False)
        if ours not in named and theirs not in named.values()
    ]
    found = [named | dict(rest[:end]) for end in range(len(rest), -1, -1)]
    if len(rest) > 1:
        found += [named | {ours: theirs} for ours, theirs in rest[1:]]
    return found
