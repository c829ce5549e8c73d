"""The generalisation of a family: one tree with holes and options, and each member's way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from refactor_tools.unify.rewriting import bare, parenthesised
from refactor_tools.unify.syntax import code, otherwise, self_attribute, statements

_HOLE, _OPTION, _HOIST, _CHOICE = "__hole_", "__option_", "__hoist_", "__choice_"


def hole_name(number: int) -> str:
    return f"{_HOLE}{number}__"


def hole_number(node: cst.CSTNode) -> int | None:
    """The number of the hole that a node stands for, None for any other node."""
    if isinstance(node, cst.Name) and node.value.startswith(_HOLE):
        return int(node.value[len(_HOLE) : -2])
    return None


def optional_statement(number: int, statement: cst.BaseStatement) -> cst.If:
    return cst.If(test=cst.Name(f"{_OPTION}{number}__"), body=cst.IndentedBlock(body=[statement]))


def optional_element(number: int, value: cst.BaseExpression) -> cst.BaseExpression:
    return cst.Call(func=cst.Name(f"{_OPTION}{number}__"), args=[cst.Arg(value)])


def option_of(node: cst.CSTNode) -> tuple[int, cst.CSTNode] | None:
    """(number, what is optional) for a statement or an element that not every member has."""
    if isinstance(node, cst.If) and _option_number(node.test) is not None:
        return _option_number(node.test) or 0, node.body.body[0]
    if isinstance(node, cst.Call) and _option_number(node.func) is not None:
        return _option_number(node.func) or 0, node.args[0].value
    return None


def hoisted(number: int, first: cst.If, second: cst.If) -> cst.If:
    """`first` computes what `second` tests; some members do both in one statement."""
    return cst.If(test=cst.Name(f"{_HOIST}{number}__"), body=cst.IndentedBlock(body=[first, second]))


def hoist_of(node: cst.CSTNode) -> tuple[int, cst.If, cst.If] | None:
    """(number, first, second) of a hoisted pair."""
    if not isinstance(node, cst.If) or not isinstance(node.test, cst.Name) or not node.test.value.startswith(_HOIST):
        return None
    first, second = node.body.body
    assert isinstance(first, cst.If)
    assert isinstance(second, cst.If)
    return int(node.test.value[len(_HOIST) : -2]), first, second


def merged(first: cst.If, second: cst.If) -> cst.If:
    """The one statement that a hoisted pair stands for in members that compute what the others receive."""
    return first.with_changes(body=cst.IndentedBlock(body=[*first.body.body, *second.body.body]))


def choice(number: int, left: Sequence[cst.BaseStatement], right: Sequence[cst.BaseStatement]) -> cst.If:
    """Statements of the members that have the option, and what stands in their place in the others."""
    orelse = cst.Else(body=cst.IndentedBlock(body=right))
    return cst.If(test=cst.Name(f"{_CHOICE}{number}__"), body=cst.IndentedBlock(body=left), orelse=orelse)


def choice_of(node: cst.CSTNode) -> tuple[int, list[cst.BaseStatement], list[cst.BaseStatement]] | None:
    """(number, statements of those that have the option, statements of the others)."""
    if not isinstance(node, cst.If) or not isinstance(node.test, cst.Name) or not node.test.value.startswith(_CHOICE):
        return None
    assert isinstance(node.orelse, cst.Else)
    return int(node.test.value[len(_CHOICE) : -2]), statements(node.body), statements(node.orelse.body)


def else_of(body: Sequence[cst.BaseStatement]) -> cst.If | cst.Else | None:
    """What follows a condition: nothing, `elif` where it is one more condition alone, else `else`."""
    if len(body) == 1 and isinstance(body[0], cst.If) and not (option_of(body[0]) or choice_of(body[0])):
        return body[0]
    return cst.Else(body=cst.IndentedBlock(body=body)) if body else None


def _option_number(node: cst.CSTNode) -> int | None:
    if isinstance(node, cst.Name) and node.value.startswith(_OPTION):
        return int(node.value[len(_OPTION) : -2])
    return None


@dataclass(frozen=True, slots=True)
class Hole:
    """An expression that differs: each member's own, None where the member lacks the place.

    `argument` is the constructor and the argument that the place feeds ("nn.Linear", "in_features"), where it is one.
    `made` is the member of self that a layer is made for whose whole construction differs; "message" holes only say
    something to a person.
    """

    method: str
    values: tuple[cst.BaseExpression | None, ...]
    argument: tuple[str, str] = ("", "")
    made: str = ""
    message: bool = False

    @property
    def texts(self) -> tuple[str | None, ...]:
        return tuple(None if value is None else code(bare(value)) for value in self.values)


@dataclass(frozen=True, slots=True)
class Option:
    """Something only the members in `present` have, `size` nodes large; `position` is "first", "last" or "" within an
    element sequence.
    """

    method: str
    present: frozenset[int]
    element: bool
    position: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class ForwardParameter:
    """A parameter of the united signature and the name each member gives it, None where it has none."""

    name: str
    names: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """`attributes`, `locals` (by method) and `parts` (classes and functions of the members' own trees) map the
    template's names to each member's. `values` are class-level attributes that differ, by name; `methods` those that
    only some members have.
    """

    node: cst.ClassDef | cst.FunctionDef
    holes: Mapping[int, Hole]
    options: Mapping[int, Option]
    hoists: Mapping[int, frozenset[int]]
    attributes: tuple[Mapping[str, str], ...]
    locals: tuple[Mapping[str, Mapping[str, str]], ...]
    forward: tuple[ForwardParameter, ...]
    parts: tuple[Mapping[str, str], ...] = ()
    values: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    methods: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def of_member(self, node: cst.CSTNode, member: int, method: str) -> cst.CSTNode:
        """What a part of the template, in `method`, is in a member."""
        names = {**self.parts[member], **self.locals[member].get(method, {})}
        return instantiate(node, member, self.holes, self.options, self.hoists, self.attributes[member], names)

    def narrowed(self, members: int) -> "Template":
        """Every hole padded to the number of members."""
        padded = {
            number: replace(hole, values=hole.values + (None,) * (members - len(hole.values)))
            for number, hole in self.holes.items()
        }
        return replace(self, holes=padded)


class _Instance(cst.CSTTransformer):
    """Puts one member's own text back."""

    def __init__(
        self,
        member: int,
        holes: Mapping[int, Hole],
        options: Mapping[int, Option],
        hoists: Mapping[int, frozenset[int]],
        attributes: Mapping[str, str],
        names: Mapping[str, str],
    ) -> None:
        super().__init__()
        self.member, self.holes, self.options, self.hoists = member, holes, options, hoists
        self.attributes, self.names = attributes, names

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        number = hole_number(original_node)
        if number is None:
            return cst.Name(
                self.names.get(original_node.value, original_node.value), updated_node.lpar, updated_node.rpar
            )
        values = self.holes[number].values
        value = values[self.member] if self.member < len(values) else None
        return updated_node if value is None else parenthesised(value.deep_clone())

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        own = self_attribute(original_node)
        name = self.attributes.get(own, own) if own else original_node.attr.value
        return updated_node.with_changes(attr=cst.Name(name))

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg | cst.RemovalSentinel:
        option = option_of(original_node.value)
        if option is not None:
            if self.member not in self.options[option[0]].present:
                return cst.RemoveFromParent()
            inner = option_of(updated_node.value)
            value = inner[1] if inner else updated_node.value
            assert isinstance(value, cst.BaseExpression)
            updated_node = updated_node.with_changes(value=value)
        return updated_node.with_changes(keyword=original_node.keyword, value=bare(updated_node.value))

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        name = original_node.name.value
        return updated_node.with_changes(name=cst.Name(self.names.get(name, name)))

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        return updated_node.with_changes(name=original_node.name)

    def leave_If(
        self, original_node: cst.If, updated_node: cst.If
    ) -> cst.If | cst.BaseStatement | cst.RemovalSentinel | cst.FlattenSentinel[cst.BaseStatement]:
        option, hoist = option_of(original_node), hoist_of(original_node)
        either, chosen = choice_of(original_node), choice_of(updated_node)
        if either is not None and chosen is not None:
            _, ours, others = chosen
            return cst.FlattenSentinel(ours if self.member in self.options[either[0]].present else others)
        if hoist is not None:
            _, first, second = hoist_of(updated_node) or hoist
            return merged(first, second) if self.member in self.hoists[hoist[0]] else second
        if option is None:
            return updated_node.with_changes(orelse=else_of(otherwise(updated_node)))
        if self.member not in self.options[option[0]].present:
            return cst.RemoveFromParent()
        statement = updated_node.body.body[0]
        assert isinstance(statement, cst.BaseStatement)
        return statement


def instantiate(
    node: cst.CSTNode,
    member: int,
    holes: Mapping[int, Hole],
    options: Mapping[int, Option],
    hoists: Mapping[int, frozenset[int]],
    attributes: Mapping[str, str],
    names: Mapping[str, str],
) -> cst.CSTNode:
    """The part of `member` that a part of the template stands for."""
    if hole_number(node) is not None:
        values = holes[hole_number(node) or 0].values
        value = values[member] if member < len(values) else None
        return node if value is None else value.deep_clone()
    result = node.visit(_Instance(member, holes, options, hoists, attributes, names))
    assert isinstance(result, cst.CSTNode)
    return result
