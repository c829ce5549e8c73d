"""Anti-unification: the least general template that every member of a family is an instance of.

First-order generalisation (Plotkin 1970) over libcst trees, extended to sequences: statements and elements of
`nn.Sequential` are aligned in order, and what only some members have becomes an option. Members are folded into the
template one after another. `forward` comes first, since it fixes which attribute of one member is which of another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from refactor_tools.unify.blocks import BlockFold
from refactor_tools.unify.class_level import ClassLevel, own_methods
from refactor_tools.unify.members import Member, forward_of, method
from refactor_tools.unify.signatures import Signatures
from refactor_tools.unify.state import Mismatch
from refactor_tools.unify.syntax import code, key, same
from refactor_tools.unify.template import ForwardParameter, Template

_BINDING = frozenset({"staticmethod", "classmethod", "property", "cached_property", "setter", "deleter"})


@dataclass(frozen=True, slots=True)
class Generalisation:
    """The template of `members`; `left_out` are those that differ in something no hole or option can stand for."""

    template: Template
    members: tuple[Member, ...]
    left_out: tuple[tuple[Member, Mismatch], ...] = ()


def generalise(members: Sequence[Member], *, presume: bool) -> Generalisation:
    """Fold the members, the medoid first, into one template; those that do not fit are left out.

    With `presume`, classes and functions of the members' trees that stand in the same place are taken for one component
    to be; otherwise only what has one name is the same.

    Raises:
        Mismatch: none fits to the medoid; it is the first one's.
    """
    known = {name: parameters for member in members for name, parameters in member.parts.items()}
    fold = _Fold(members[0], Signatures(known), presume=presume)
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


class _Fold(BlockFold):
    def __init__(self, medoid: Member, signatures: Signatures, *, presume: bool) -> None:
        super().__init__(signatures, presume=presume)
        self.node = medoid.node
        self.level = ClassLevel.of(medoid.node)
        self.our_tree = medoid.in_tree
        self.count = 1
        named = (item.name for item in medoid.forward if not item.kind.startswith("var-"))
        self.forward = [ForwardParameter(name, (name,)) for name in named]
        self.attributes_of.append({})
        self.parts_of.append({})
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
            parts=tuple(self.parts_of),
            values=self.level.values,
            methods=self.level.methods,
        ).narrowed(members)

    def add(self, member: Member) -> None:
        """Widen the template until `member` is an instance of it, too; as it was where that fails."""
        self.begin(member.in_tree)
        before, forward, level = self.state(), list(self.forward), self.level
        try:
            self.node = self._united(self.node, member.node)
        except Mismatch:
            self.restore(before)
            self.forward, self.level = forward, level
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
        self.same_part(left.name.value, right.name.value)
        bases = self._bases(left, right)
        done: dict[str, cst.FunctionDef] = {}
        for name in _order(left):
            ours, theirs = method(left, name), method(right, name)
            assert ours is not None
            if theirs is not None:
                done[name] = self._function(ours, theirs)
        extra = [self._own(item) for item in own_methods(right) if method(left, item.name.value) is None]
        self.level = self.level.with_member(left, right, self.count)
        body = [
            done.get(item.name.value, item) if isinstance(item, cst.FunctionDef) else item for item in left.body.body
        ]
        return left.with_changes(bases=bases, body=left.body.with_changes(body=[*body, *extra]))

    def _bases(self, left: cst.ClassDef, right: cst.ClassDef) -> Sequence[cst.Arg]:
        if len(left.bases) != len(right.bases):
            raise Mismatch("the bases differ", self.texts(left.bases, right.bases))
        for ours, theirs in zip(left.bases, right.bases, strict=True):
            part = isinstance(ours.value, cst.Name) and isinstance(theirs.value, cst.Name)
            if same(ours.value, theirs.value) or (part and self.same_part(ours.value.value, theirs.value.value)):  # type: ignore[attr-defined]  # names, by `part`
                continue
            raise Mismatch("the bases differ", self.texts(left.bases, right.bases))
        return left.bases

    def _own(self, function: cst.FunctionDef) -> cst.FunctionDef:
        """A method that the new member alone has, in the template's names."""
        translated = self.with_our_members(function, {})
        return translated.with_changes(name=function.name)

    def _function(self, left: cst.FunctionDef, right: cst.FunctionDef) -> cst.FunctionDef:
        main = left in (self.node, forward_of(self.node))
        if not same(left.decorators, right.decorators):
            if isinstance(self.node, cst.FunctionDef):
                texts = self.texts(left.decorators, right.decorators)
                raise Mismatch(f"the decorators of {left.name.value} differ", texts)
            _require_same_binding(left, right)
            theirs = [key(item) for item in right.decorators]
            left = left.with_changes(decorators=[item for item in left.decorators if key(item) in theirs])
        name = left.name.value if isinstance(self.node, cst.ClassDef) else "forward"
        self.enter(name, left, right)
        if name == "__init__":
            return left.with_changes(body=self.body(left, right))
        return self._paired(left, right, main=main)

    def _paired(self, left: cst.FunctionDef, right: cst.FunctionDef, *, main: bool) -> cst.FunctionDef:
        """Try the plausible pairings of parameters; the one that leaves the least to holes and options wins."""
        best: tuple[float, object, cst.BaseSuite, dict[str, str]] | None = None
        failure: Mismatch | None = None
        start = self.state()
        for pairing in _pairings(self._parameters(left, main=main), _names(right)):
            self.restore(start)
            for ours, theirs in pairing.items():
                self.bind_local(ours, theirs)
            try:
                body = self.body(left, right)
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


def _require_same_binding(left: cst.FunctionDef, right: cst.FunctionDef) -> None:
    """Raises Mismatch where a decorator that only one copy has decides what the name stands for."""
    ours, theirs = ({code(item.decorator) for item in function.decorators} for function in (left, right))
    binding = sorted(text for text in ours ^ theirs if text.rpartition(".")[2] in _BINDING)
    if binding:
        raise Mismatch(f"only some copies have @{binding[0]} on {left.name.value}", ())


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
