"""The state of folding one member into a template: names, holes, options."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import libcst as cst

from refactor_tools.unify.rewriting import FreeNames, visited
from refactor_tools.unify.signatures import Signatures
from refactor_tools.unify.syntax import code, is_constant, reads, self_attribute, walk
from refactor_tools.unify.template import Hole, Option, hole_name, hole_number, instantiate

N = TypeVar("N", bound=cst.CSTNode)

# As many nodes in an option weigh as much as a hole.
_NODES = 20


class Mismatch(Exception):
    """Two copies differ where nothing can stand for both; `texts` are the two places."""

    def __init__(self, reason: str, texts: tuple[str, ...]) -> None:
        super().__init__(reason, texts)
        self.reason = reason
        self.texts = texts

    def __str__(self) -> str:
        return f"{self.reason}: {' | '.join(dict.fromkeys(self.texts))}" if self.texts else self.reason


@dataclass(frozen=True, slots=True)
class _State:
    holes: dict[int, Hole]
    options: dict[int, Option]
    hoists: dict[int, frozenset[int]]
    attributes: dict[str, str]
    local: dict[str, str]
    parts: dict[str, str]


class FoldState:
    """What is known while a member is folded in.

    `attributes`, `local` and `parts` map the template's names to the new member's; all are bijections. `parts` are
    classes and functions of the members' own trees: with `presume`, two that stand in the same place are taken for one
    component to be. `signatures` are what constructors and components take.
    """

    def __init__(self, signatures: Signatures, *, presume: bool) -> None:
        self.signatures = signatures
        self.presume = presume
        self.holes: dict[int, Hole] = {}
        self.options: dict[int, Option] = {}
        self.attributes_of: list[dict[str, str]] = []
        self.parts_of: list[dict[str, str]] = []
        self.parts: dict[str, str] = {}
        self.our_tree: frozenset[str] = frozenset()
        self.their_tree: frozenset[str] = frozenset()
        self.locals_of: list[dict[str, dict[str, str]]] = []
        self.count = 0
        self.method = ""
        self.argument = ("", "")
        self.made = ""
        self.target = ""
        self.message = False
        self.attributes: dict[str, str] = {}
        self.local: dict[str, str] = {}
        self.own_locals: dict[str, dict[str, str]] = {}
        self.hoists: dict[int, frozenset[int]] = {}
        self.our_names: frozenset[str] = frozenset()
        self.their_names: frozenset[str] = frozenset()
        self.parameters: frozenset[str] = frozenset()
        self.computed: frozenset[str] = frozenset()

    # The life of one member's fold.

    def begin(self, in_tree: frozenset[str]) -> None:
        self.attributes, self.own_locals, self.parts = {}, {}, {}
        self.their_tree = in_tree

    def end(self) -> None:
        self.our_tree |= {name for name in self.their_tree if name not in self.parts.values()}
        self.attributes_of.append(self.attributes)
        self.parts_of.append(self.parts)
        self.locals_of.append(self.own_locals)
        self.holes = {
            number: replace(hole, values=hole.values + (None,) * (self.count + 1 - len(hole.values)))
            for number, hole in self.holes.items()
        }

    def enter(self, name: str, left: cst.FunctionDef, right: cst.FunctionDef) -> None:
        self.method, self.local = name, {}
        self.own_locals[name] = self.local
        self.our_names, self.their_names = bound_names(left), bound_names(right)
        self.parameters = _parameters(left) | _parameters(right)
        # A parameter that the function binds anew is no longer what was given.
        self.computed = _rebound(left) | _rebound(right)

    def state(self) -> _State:
        return _State(
            dict(self.holes),
            dict(self.options),
            dict(self.hoists),
            dict(self.attributes),
            dict(self.local),
            dict(self.parts),
        )

    def restore(self, state: object) -> None:
        assert isinstance(state, _State)
        self.holes, self.options, self.hoists = dict(state.holes), dict(state.options), dict(state.hoists)
        self.attributes, self.local, self.parts = dict(state.attributes), dict(state.local), dict(state.parts)
        if self.method:
            self.own_locals[self.method] = self.local

    def cost(self) -> float:
        """What is not shared: the less, the better the pairing of names."""
        return len(self.holes) + sum(2 + option.size / _NODES for option in self.options.values()) + len(self.hoists)

    # Names.

    def our_name(self, theirs: str) -> str:
        """The template's name for a name of the new member."""
        return next((ours for ours, name in self.local.items() if name == theirs), theirs)

    def bind_local(self, ours: str, theirs: str) -> bool:
        return bind(self.local, ours, theirs)

    def translated(self, statement: cst.BaseStatement) -> cst.BaseStatement:
        """A statement of the new member in the template's names."""
        back = {theirs: ours for ours, theirs in self.local.items()}
        known = self.computed if self.method == "__init__" else self.their_names
        for name in sorted((reads(statement) & known & self.their_names) - set(back) - {"self", "_"}):
            if name in self.our_names and name in self.parameters:
                raise Mismatch(f"`{name}` means different things", (code(statement),))
            ours = name if name not in self.our_names | set(self.local) else f"{name}_alt"
            if not self.bind_local(ours, name):
                raise Mismatch(f"`{name}` means different things", (code(statement),))
            back[name] = ours
        return self.with_our_members(statement, back)

    def with_our_members(self, node: N, names: Mapping[str, str]) -> N:
        """Code of the new member with the template's names for what it reads of self and of its tree, and `names`."""
        members = {theirs: ours for ours, theirs in self.attributes.items()}
        for item in walk(node):
            own = self_attribute(item)
            if own and own not in members:
                if not bind(self.attributes, own, own):
                    raise Mismatch(f"`self.{own}` means different things", (code(node),))
                members[own] = own
        known = {theirs: ours for ours, theirs in self.parts.items()}
        return visited(node, _Translation({**known, **names}, members))

    def same_part(self, ours: str, theirs: str) -> bool:
        """Whether two names of the members' trees can be the same component to be."""
        if not self.presume or ours not in self.our_tree or theirs not in self.their_tree:
            return False
        return ours[:1].isupper() == theirs[:1].isupper() and bind(self.parts, ours, theirs)

    # Holes and options.

    def new_option(
        self, present: frozenset[int], *nodes: cst.CSTNode, element: bool = False, position: str = ""
    ) -> int:
        number = len(self.options)
        size = sum(1 for node in nodes for _ in walk(node))
        self.options[number] = Option(self.method, present, element, position, size)
        return number

    def present(self, number: int) -> None:
        option = self.options[number]
        self.options[number] = replace(option, present=option.present | {self.count})

    def hole(self, left: cst.CSTNode, right: cst.CSTNode) -> cst.BaseExpression:
        """A hole for two expressions that differ.

        Raises:
            Mismatch: one of them cannot be known when the component is built.
        """
        number = hole_number(left)
        if number is not None:
            filled = self.holes[number].values
            values = filled + (None,) * (self.count - len(filled))
        else:
            values = tuple(self._part(left, member) for member in range(self.count))
            number = max(self.holes, default=-1) + 1
        assert isinstance(right, cst.BaseExpression)
        known = self.holes.get(number)
        message = self.message if known is None else known.message
        if not message:
            self._must_be_known(left, *values, right)
        elif values[0] is None:
            raise Mismatch("messages differ", tuple("" if item is None else code(item) for item in (left, right)))
        made = self.made if known is None else known.made
        self.holes[number] = Hole(self.method, (*values, right), self.argument, made, message)
        return cst.Name(hole_name(number))

    def _part(self, node: cst.CSTNode, member: int) -> cst.BaseExpression | None:
        names = {**self.parts_of[member], **self.locals_of[member].get(self.method, {})}
        part = instantiate(node, member, self.holes, self.options, self.hoists, self.attributes_of[member], names)
        assert isinstance(part, cst.BaseExpression)
        return None if any(hole_number(item) is not None for item in walk(part)) else part

    def _must_be_known(self, left: cst.CSTNode, *values: cst.BaseExpression | None) -> None:
        """In `__init__` an expression over its parameters will do, elsewhere only a constant."""
        for value in values:
            if value is None or is_constant(value):
                continue
            names = reads(value)
            if self.method == "__init__" and "self" not in names and not names & self.computed:
                continue
            texts = tuple("" if item is None else code(item) for item in values)
            raise Mismatch(f"an expression in {self.method} differs", texts)


class _Translation(FreeNames):
    def __init__(self, names: Mapping[str, str], attributes: Mapping[str, str]) -> None:
        super().__init__(lambda name: cst.Name(names[name]) if names.get(name, name) != name else None)
        self.attributes = attributes

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        own = self_attribute(original_node)
        name = self.attributes.get(own, own) if own else original_node.attr.value
        return updated_node.with_changes(attr=cst.Name(name))


def bind(names: dict[str, str], ours: str, theirs: str) -> bool:
    """Add a pair to a bijection; False where it would break it."""
    if ours in names:
        return names[ours] == theirs
    if theirs in names.values():
        return False
    names[ours] = theirs
    return True


def _parameters(function: cst.FunctionDef) -> frozenset[str]:
    return frozenset(node.name.value for node in walk(function.params) if isinstance(node, cst.Param)) - {"self"}


def bound_names(function: cst.FunctionDef) -> frozenset[str]:
    """Names a function binds: parameters, targets, loop variables."""
    return frozenset({"self"}) | _parameters(function) | _rebound(function)


def _rebound(function: cst.FunctionDef) -> frozenset[str]:
    """Names that are targets in a function; of `self.x = ...` none."""
    kinds = (cst.AssignTarget, cst.AugAssign, cst.For, cst.CompFor, cst.NamedExpr)
    targets = (node.target for node in walk(function) if isinstance(node, kinds))
    return frozenset(name for target in targets for name in reads(target)) - {"self"}
