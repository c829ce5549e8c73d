"""Anti-unification below the level of statements."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeVar

import libcst as cst

from refactor_tools.clones.alignment import align
from refactor_tools.layout import snake_case
from refactor_tools.unify.likeness import element_likeness
from refactor_tools.unify.rewriting import visited
from refactor_tools.unify.state import FoldState, Mismatch, bind
from refactor_tools.unify.syntax import code, dotted, is_constant, key, parts, reads, same, self_attribute, walk
from refactor_tools.unify.template import (
    Hole,
    hole_name,
    hole_number,
    option_of,
    optional_element,
)
from refactor_tools.unify.vocabulary import is_constructor, role

_SEQUENCES = frozenset({"nn.Sequential"})
# Statements and parts that no expression can stand in for.
_WHOLE = (cst.Import, cst.ImportFrom, cst.Match, cst.Global, cst.Nonlocal, cst.Del, cst.Lambda, cst.ClassDef)
_TARGETS = (cst.AssignTarget, cst.NameItem, cst.AsName)

N = TypeVar("N", bound=cst.CSTNode)


class ExpressionFold(FoldState, ABC):
    """The rules for expressions; those for statements, which hold expressions, are for its subclass to add."""

    @abstractmethod
    def block(self, left: Sequence[cst.BaseStatement], right: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
        """Two lists of statements as one."""

    @abstractmethod
    def statement(self, left: cst.BaseStatement, right: cst.BaseStatement) -> cst.BaseStatement:
        """Two statements as one.

        Raises:
            Mismatch: they are different statements.
        """

    def node_of(self, left: cst.CSTNode, right: cst.CSTNode) -> cst.CSTNode:
        """The generalisation of two nodes.

        Raises:
            Mismatch: they differ in something that is no expression, or in one that no hole can stand for.
        """
        if hole_number(left) is not None:
            return self._fill(left, right)
        if isinstance(left, cst.Name) and isinstance(right, cst.Name):
            return self._name(left, right)
        if self_attribute(left) and self_attribute(right):
            if bind(self.attributes, self_attribute(left), self_attribute(right)):
                return left
            raise Mismatch("members of self differ", self.texts([left], [right]))
        if isinstance(left, cst.BaseExpression) and isinstance(right, cst.BaseExpression):
            return self._expression(left, right)
        if type(left) is not type(right) or isinstance(left, _WHOLE):
            return self._whole(left, right)
        united = self._generic(left, right)
        if isinstance(left, _TARGETS) and any(hole_number(node) is not None for node in walk(united)):
            raise Mismatch("what is assigned to differs", self.texts([left], [right]))
        return united

    def _whole(self, left: cst.CSTNode, right: cst.CSTNode) -> cst.CSTNode:
        """What holes cannot stand in: it is the same, or it is not."""
        if not same(left, right) or reads(left) & self.computed:
            raise Mismatch("the code differs", self.texts([left], [right]))
        return left

    def _fill(self, left: cst.CSTNode, right: cst.CSTNode) -> cst.CSTNode:
        number = hole_number(left) or 0
        if self.holes[number].made and not (isinstance(right, cst.Call) and self._layer(right)):
            raise Mismatch("only some copies make a layer here", self.texts([left], [right]))
        self.argument = self.holes[number].argument
        return self.hole(left, right)

    def _name(self, left: cst.Name, right: cst.Name) -> cst.CSTNode:
        ours, theirs = left.value, right.value
        if ours in self.our_names and theirs in self.their_names:
            if self.method == "__init__" and not {ours, theirs} <= self.computed | {"self"}:
                return left if ours == theirs else self.hole(left, right)
            free = not {ours, theirs} & self.parameters
            if self.local.get(ours) == theirs or (free and bind(self.local, ours, theirs)):
                return left
            raise Mismatch("names differ", (ours, theirs))
        if ours not in self.our_names and theirs not in self.their_names:
            same = self.parts.get(ours, theirs) == theirs
            if (ours == theirs and same) or self.same_part(ours, theirs):
                return left
        return self.hole(left, right)

    def _expression(self, left: cst.BaseExpression, right: cst.BaseExpression) -> cst.CSTNode:
        if is_constant(left) and is_constant(right):
            return left if same(left, right) else self.hole(left, right)
        if type(left) is not type(right):
            return self.hole(left, right)
        if isinstance(left, cst.Call) and isinstance(right, cst.Call):
            return self._made(left, right)
        if isinstance(left, cst.Attribute) and isinstance(right, cst.Attribute):
            if left.attr.value != right.attr.value or self._unlike_parameters(left, right):
                return self.hole(left, right)
            return left.with_changes(value=self.node_of(left.value, right.value))
        if self.method == "__init__" and isinstance(left, (cst.BinaryOperation, cst.UnaryOperation)):
            return self._arithmetic(left, right)
        before = self.state()
        try:
            if isinstance(left, cst.ConcatenatedString) and isinstance(right, cst.ConcatenatedString):
                return self._text(left, right)
            return self._generic(left, right)
        except Mismatch:
            self.restore(before)
            return self.hole(left, right)

    def _text(self, left: cst.ConcatenatedString, right: cst.ConcatenatedString) -> cst.ConcatenatedString:
        ours, theirs = self.node_of(left.left, right.left), self.node_of(left.right, right.right)
        if not all(isinstance(part, (cst.BaseString, cst.ConcatenatedString)) for part in (ours, theirs)):
            raise Mismatch("texts differ", self.texts([left], [right]))
        return left.with_changes(left=ours, right=theirs)

    def _unlike_parameters(self, left: cst.Attribute, right: cst.Attribute) -> bool:
        """`config.width` against `options.width`: two attributes of constructor parameters, to be taken whole."""
        ours, theirs = dotted(left), dotted(right)
        roots = {ours.partition(".")[0], theirs.partition(".")[0]}
        return self.method == "__init__" and ours != theirs and bool(roots & self.parameters)

    def _arithmetic(self, left: cst.BaseExpression, right: cst.BaseExpression) -> cst.CSTNode:
        """A size in arithmetic stays a size (`4 * dim`); anything else is one parameter (`4 * width` | `width`)."""
        before = self.state()
        try:
            united = self._generic(left, right)
        except Mismatch:
            united = None
        if united is not None and all(self._references(node) for node in walk(united)):
            return united
        self.restore(before)
        return self.hole(left, right)

    def _references(self, node: cst.CSTNode) -> bool:
        number = hole_number(node)
        if number is None:
            return True
        return all(value is None or dotted(value) for value in self.holes[number].values)

    def _made(self, left: cst.Call, right: cst.Call) -> cst.CSTNode:
        """Two calls; where they make layers that have no more in common, what makes them is the hole."""
        before = self.state()
        try:
            return self._call(left, right)
        except Mismatch:
            if self.method != "__init__" or not self.target or not (self._layer(left) and self._layer(right)):
                raise
            self.restore(before)
        if (reads(left) | reads(right)) & self.signatures.components.keys():
            raise Mismatch("a component is built with other arguments", self.texts([left], [right]))
        self.made = self.target
        try:
            return self.hole(left, right)
        finally:
            self.made = ""

    def _layer(self, call: cst.Call) -> bool:
        name = self._constructor(call)
        return is_constructor(name) and name not in _SEQUENCES and not any(arg.star for arg in call.args)

    def _call(self, left: cst.Call, right: cst.Call) -> cst.CSTNode:
        ours, theirs = self._constructor(left), dotted(right.func)
        if ours != theirs and self.method == "__init__" and is_constructor(ours) and is_constructor(theirs):
            return self._factory(left, right, ours, theirs)
        if hole_number(left.func) is not None and _keywords(left) != _keywords(right):
            raise Mismatch("layers with other arguments", self.texts([left], [right]))
        func = self.node_of(left.func, right.func)
        assert isinstance(func, cst.BaseExpression)
        if ours in _SEQUENCES:
            return left.with_changes(func=func, args=self._elements(left.args, right.args))
        return left.with_changes(func=func, args=self._arguments(left, right, theirs))

    def _constructor(self, call: cst.Call) -> str:
        number = hole_number(call.func)
        if number is None:
            return dotted(call.func)
        values = self.holes[number].values
        return next((dotted(value) for value in values if value is not None), "")

    def _factory(self, left: cst.Call, right: cst.Call, ours: str, theirs: str) -> cst.CSTNode:
        """Another class in the same place: its name is the hole if the arguments agree, else the whole call is."""
        if role(ours) != role(theirs):
            raise Mismatch("layers differ", self.texts([left], [right]))
        if (
            _keywords(left) != _keywords(right)
            or any(arg.star for arg in (*left.args, *right.args))
            or {ours, theirs} & _SEQUENCES
        ):
            raise Mismatch("layers with other arguments", self.texts([left], [right]))
        args = []
        for argument, (a, b) in zip(
            _by_name(right.args, self.signatures.order(theirs)), zip(left.args, right.args, strict=True), strict=True
        ):
            self.argument = (theirs, argument)
            args.append(self._arg(a, b))
        self.argument = ("", "")
        return left.with_changes(func=self.hole(left.func, right.func), args=args)

    def _arguments(self, left: cst.Call, right: cst.Call, name: str) -> list[cst.Arg]:
        """Arguments by position and by keyword; a known default stands in for one that only one side gives."""
        if any(arg.star for arg in (*left.args, *right.args)):
            if not same(left.args, right.args):
                raise Mismatch("starred arguments differ", self.texts([left], [right]))
            return list(left.args)
        order = self.signatures.order(name)
        ours, theirs = _by_name(left.args, order), _by_name(right.args, order)
        result = []
        for argument in [*ours, *(item for item in theirs if item not in ours)]:
            a = ours[argument].value if argument in ours else self.signatures.default(name, argument)
            b = theirs[argument].value if argument in theirs else self.signatures.default(name, argument)
            if a is None or b is None or option_of(a):
                value = self._passed_on(a, b)
                if value is None:
                    raise Mismatch("calls with other arguments", self.texts([left], [right]))
            else:
                self.argument = (name, argument)
                value = self.node_of(a, b)
                self.argument = ("", "")
            result.append(_argument(ours.get(argument) or theirs.get(argument), argument, value, left, right))
        return result

    def _passed_on(self, left: cst.BaseExpression | None, right: cst.BaseExpression | None) -> cst.CSTNode | None:
        """An argument of the method that only some members have and hand on; None for anything else."""
        option = option_of(left) if left is not None else None
        if option is not None:
            if right is None:
                return left
            if not isinstance(right, cst.Name) or dotted(option[1]) != self.our_name(right.value):
                return None
            self.present(option[0])
            return left
        if left is not None and isinstance(left, cst.Name) and left.value in self.parameters - self.local.keys():
            return optional_element(self.new_option(frozenset(range(self.count)), element=True), left)
        taken = self.our_names | frozenset(self.local.values())
        if isinstance(right, cst.Name) and right.value in self.parameters - taken and self.method != "__init__":
            return optional_element(self.new_option(frozenset({self.count}), element=True), right)
        return None

    def _elements(self, left: Sequence[cst.Arg], right: Sequence[cst.Arg]) -> list[cst.Arg]:
        if any(arg.star for arg in (*left, *right)):
            if len(left) != len(right) or any(a.star != b.star for a, b in zip(left, right, strict=True)):
                raise Mismatch("starred arguments differ", self.texts(left, right))
            return [self._arg(a, b) for a, b in zip(left, right, strict=True)]
        result: list[cst.Arg] = []
        target = self.target
        ours = [arg.value for arg in left]
        theirs = [arg.value for arg in right]
        last = len(ours) - 1
        for i, j in align(ours, theirs, self._element_likeness, 0.5):
            if i is not None and j is not None:
                self.target = _class_word(theirs[j])
                result.append(cst.Arg(self._element(ours[i], theirs[j])))
            elif i is not None:
                result.append(cst.Arg(self._element_without(ours[i], i, last)))
            elif j is not None:
                position = "first" if j == 0 else "last" if j == len(theirs) - 1 else ""
                number = self.new_option(frozenset({self.count}), theirs[j], element=True, position=position)
                result.append(cst.Arg(optional_element(number, self.opened(theirs[j]))))
        self.target = target
        unchanged = len(result) == len(left) and all(same(a.value, b.value) for a, b in zip(result, left, strict=True))
        return list(left) if unchanged else result

    def _arg(self, left: cst.Arg, right: cst.Arg) -> cst.Arg:
        value = self.node_of(left.value, right.value)
        assert isinstance(value, cst.BaseExpression)
        return left.with_changes(value=value)

    def _element_likeness(self, left: cst.BaseExpression, right: cst.BaseExpression) -> float:
        option = option_of(left)
        inner = option[1] if option else left
        if isinstance(inner, cst.Call) and hole_number(inner.func) is not None:
            inner = inner.with_changes(func=cst.parse_expression(self._constructor(inner)))
        assert isinstance(inner, cst.BaseExpression)
        return element_likeness(inner, right)

    def _element(self, left: cst.BaseExpression, right: cst.BaseExpression) -> cst.BaseExpression:
        option = option_of(left)
        united = self.node_of(option[1] if option else left, right)
        assert isinstance(united, cst.BaseExpression)
        if option is None:
            return united
        self.present(option[0])
        return optional_element(option[0], united)

    def _element_without(self, value: cst.BaseExpression, index: int, last: int) -> cst.BaseExpression:
        if option_of(value):
            return value
        position = "first" if index == 0 else "last" if index == last else ""
        number = self.new_option(frozenset(range(self.count)), value, element=True, position=position)
        return optional_element(number, self.opened(value, members=range(self.count)))

    def opened(self, node: N, members: Sequence[int] = ()) -> N:
        """Constructor arguments that only some members have, as holes: the new member's own, or those of `members`."""
        return visited(node, _Opening(self, members))

    def own_hole(self, value: cst.BaseExpression, argument: tuple[str, str], members: Sequence[int]) -> cst.Name:
        """A hole for a place that only some members have."""
        number = max(self.holes, default=-1) + 1
        if members:
            values = tuple(self._part(value, member) if member in members else None for member in range(self.count))
        else:
            values = (*(None for _ in range(self.count)), value)
        self.holes[number] = Hole(self.method, values, argument)
        return cst.Name(hole_name(number))

    def _generic(self, left: cst.CSTNode, right: cst.CSTNode) -> cst.CSTNode:
        changes: dict[str, object] = {}
        for (name, ours), (_, theirs) in zip(parts(left), parts(right), strict=True):
            if isinstance(ours, cst.CSTNode) and isinstance(theirs, cst.CSTNode):
                changes[name] = self.node_of(ours, theirs)
            elif _is_sequence(ours) and _is_sequence(theirs) and len(ours) == len(theirs):  # type: ignore[arg-type]
                changes[name] = [self.node_of(a, b) for a, b in zip(ours, theirs, strict=True)]  # type: ignore[arg-type]
            elif key(ours) != key(theirs):
                raise Mismatch("the code differs", self.texts([left], [right]))
        return left.with_changes(**changes)

    def texts(self, left: Sequence[cst.CSTNode], right: Sequence[cst.CSTNode]) -> tuple[str, ...]:
        return tuple("; ".join(code(node) for node in nodes) for nodes in (left, right))


class _Opening(cst.CSTTransformer):
    """Turns what constructors are given into holes, inside what only some members have."""

    def __init__(self, fold: ExpressionFold, members: Sequence[int]) -> None:
        super().__init__()
        self.fold, self.members = fold, members

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        name = dotted(original_node.func)
        if self.fold.method != "__init__" or not is_constructor(name) or name in _SEQUENCES:
            return updated_node
        order = self.fold.signatures.order(name)
        args = [
            arg.with_changes(value=self._value(arg.value, (name, argument)))
            for argument, arg in _by_name(updated_node.args, order).items()
        ]
        return updated_node.with_changes(args=args)

    def _closed(self, node: cst.CSTNode) -> bool:
        """What has been opened inside already, or makes something of its own."""
        return hole_number(node) is not None or isinstance(node, (cst.Call, cst.Lambda))

    def _value(self, value: cst.BaseExpression, argument: tuple[str, str]) -> cst.BaseExpression:
        if is_constructor(dotted(value)) or any(self._closed(node) for node in walk(value)):
            return value
        if reads(value) & self.fold.computed:
            return value
        rate = argument[1] == "p" and role(argument[0]) == "dropout"
        if is_constant(value) and not rate:
            return value
        return self.fold.own_hole(value, argument, self.members)


def _class_word(value: cst.BaseExpression) -> str:
    """What an element is, in a word: the class it is made by."""
    return snake_case(dotted(value.func).rpartition(".")[2]) if isinstance(value, cst.Call) else ""


def _is_sequence(value: object) -> bool:
    return isinstance(value, (list, tuple))


def _keywords(call: cst.Call) -> list[str]:
    """The arguments' keywords, "" for those by position."""
    return ["" if arg.keyword is None else arg.keyword.value for arg in call.args]


def _by_name(args: Sequence[cst.Arg], order: Sequence[str]) -> dict[str, cst.Arg]:
    """Arguments by the parameter they feed; "0", "1", ... where the constructor is not known."""
    found: dict[str, cst.Arg] = {}
    for position, arg in enumerate(args):
        if arg.keyword is not None:
            found[arg.keyword.value] = arg
        else:
            found[order[position] if position < len(order) else str(position)] = arg
    return found


def _argument(written: cst.Arg | None, name: str, value: cst.CSTNode, left: cst.Call, right: cst.Call) -> cst.Arg:
    assert isinstance(value, cst.BaseExpression)
    if written is not None:
        return written.with_changes(value=value, comma=cst.MaybeSentinel.DEFAULT)
    if not name.isidentifier():
        raise Mismatch("calls with other arguments", (code(left), code(right)))
    equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    return cst.Arg(value=value, keyword=cst.Name(name), equal=equal)
