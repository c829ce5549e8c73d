"""What decides, in the component, whether an option is there."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from refactor_tools.layout import snake_case
from refactor_tools.unify.guards import guard_of
from refactor_tools.unify.naming import choose, flag_name
from refactor_tools.unify.norms import norm_first
from refactor_tools.unify.parameters import NewParameter, Surroundings, maker, own_names, with_default
from refactor_tools.unify.state import Mismatch
from refactor_tools.unify.syntax import assigned_attribute, code, dotted, reads, self_attribute, walk
from refactor_tools.unify.template import Template, choice_of, hole_number, option_of
from refactor_tools.unify.vocabulary import is_constructor


@dataclass(frozen=True, slots=True)
class Switches:
    """`tests` are the conditions of options ("": none needed); `stored` are parameters that `forward` needs as members;
    `inlined` are options whose statement `self.x = ...` becomes `self.x = ... if test else None`; `injected` are those
    whose layer the parameter named here makes.
    """

    parameters: tuple[NewParameter, ...]
    tests: Mapping[int, str]
    stored: tuple[str, ...]
    inlined: frozenset[int]
    injected: Mapping[int, str] = field(default_factory=dict)


def switches(
    template: Template, parameters: Sequence[NewParameter], inherited: Mapping[int, str], where: Surroundings
) -> Switches:
    """Decide every option: by an argument, by a submodule that may be missing, by a parameter that may be None, or by a
    switch of its own. Options that only the same members have share one.

    Raises:
        Mismatch: an option needs more than one value that the other members cannot give.
    """
    chosen = _Switches(template, list(parameters), inherited, where)
    for present in chosen.presences():
        chosen.decide(present)
    stored, inlined = tuple(chosen.stored), frozenset(chosen.inlined)
    return Switches(tuple(chosen.parameters), chosen.tests, stored, inlined, chosen.injected)


class _Switches:
    def __init__(
        self, template: Template, parameters: list[NewParameter], inherited: Mapping[int, str], where: Surroundings
    ) -> None:
        self.template, self.parameters, self.where = template, parameters, where
        self.names = {hole: item.name for item in parameters for hole in item.holes} | dict(inherited)
        self.nodes = dict(_options(template.node))
        found = (either for node in walk(template.node) if (either := choice_of(node)) is not None)
        self.choices = {number: (ours, others) for number, ours, others in found}
        self.assigned = Counter(assigned_attribute(node) for node in walk(template.node))
        self.members = len(template.attributes)
        self.tests: dict[int, str] = {}
        self.stored: list[str] = []
        self.inlined: set[int] = set()
        self.injected: dict[int, str] = {}
        self.decided: dict[frozenset[int], str] = {}

    def presences(self) -> list[frozenset[int]]:
        return list(dict.fromkeys(self.template.options[number].present for number in self.nodes))

    def decide(self, present: frozenset[int]) -> None:
        numbers = [number for number in self.nodes if self.template.options[number].present == present]
        waiting = [number for number in numbers if not self._by_argument(number)]
        if not waiting:
            return
        attributes = self._optional_attributes(waiting)
        open_ones = [number for number in waiting if not self._by_attribute(number, attributes)]
        if not open_ones:
            return
        test = (
            self._by_moved(present, open_ones)
            or self._by_value(present, open_ones)
            or self._by_complement(present)
            or self._by_flag(present, open_ones)
        )
        self.decided[present] = test
        for number in open_ones:
            self.tests[number] = test
            if number in attributes.values():
                self.inlined.add(number)
            if self.template.options[number].method != "__init__":
                self.tests[number] = self._as_member(test)

    def _by_argument(self, number: int) -> bool:
        """A statement that an argument guards, or that uses an argument only these members have."""
        option, node = self.template.options[number], self.nodes[number]
        if option.method == "__init__":
            return False
        own = {
            item.name
            for item in self.template.forward
            if frozenset(index for index, name in enumerate(item.names) if name) == option.present
        }
        if (guard_of(node) in own and number not in self.choices) or (option.element and dotted(node) in own):
            self.tests[number] = ""
            return True
        if option.element:
            raise Mismatch("only some copies hand this on", (code(node),))
        used = sorted(own & reads(node))
        if used:
            self.tests[number] = f"{used[0]} is not None"
        return bool(used)

    def _optional_attributes(self, numbers: Sequence[int]) -> dict[str, int]:
        """Members of self that only these copies set, by the option that sets them."""
        found = {}
        for number in numbers:
            name = assigned_attribute(self.nodes[number])
            if self.template.options[number].method == "__init__" and name and self.assigned[name] == 1:
                found[name] = number
        return found

    def _by_attribute(self, number: int, attributes: Mapping[str, int]) -> bool:
        """A statement of `forward` that calls a submodule which only these members have."""
        if self.template.options[number].method == "__init__":
            return False
        used = [name for node in walk(self.nodes[number]) if (name := self_attribute(node)) in attributes]
        if used:
            self.tests[number] = f"self.{used[0]} is not None"
        return bool(used) or self._by_the_others(number)

    def _by_the_others(self, number: int) -> bool:
        """A choice whose other side calls a submodule that only the other members have."""
        if number not in self.choices:
            return False
        rest = frozenset(range(self.members)) - self.template.options[number].present
        theirs = self._optional_attributes([n for n in self.nodes if self.template.options[n].present == rest])
        called = (self_attribute(node) for item in self.choices[number][1] for node in walk(item))
        used = next((name for name in called if name in theirs), "")
        if used:
            self.tests[number] = f"self.{used} is None"
        return bool(used)

    def _by_moved(self, present: frozenset[int], numbers: Sequence[int]) -> str:
        """The same layer first in some copies and last in the others: one switch for its place."""
        if len(numbers) != 1 or not self.template.options[numbers[0]].element:
            return ""
        rest = frozenset(range(self.members)) - present
        for other, node in self.nodes.items():
            option = self.template.options[other]
            if option.present == rest and option.element and self._shape(node) == self._shape(self.nodes[numbers[0]]):
                return self._moved(present, numbers[0], other)
        return ""

    def _moved(self, present: frozenset[int], number: int, other: int) -> str:
        if other in self.tests:
            return negated(self.tests[other])
        layer = _layer(self.nodes[number])
        first = self.template.options[number].position == "first"
        base = flag_name(layer, "").removeprefix("use_")
        name = self._flag(f"{base}_first", present if first else frozenset(range(self.members)) - present)
        return name if first else f"not {name}"

    def _shape(self, node: cst.CSTNode) -> str:
        """The layer with each hole by its parameter, so that equal layers read alike."""
        text = code(node)
        for hole, name in self.names.items():
            text = text.replace(f"__hole_{hole}__", name)
        return text

    def _by_value(self, present: frozenset[int], numbers: Sequence[int]) -> str:
        """A value that only these members give: None where the option is not wanted."""
        inside = {hole for number in numbers for hole in self.where.inside.get(number, ())}
        own = [
            index
            for index, item in enumerate(self.parameters)
            if item.holes & inside and frozenset(i for i, value in enumerate(item.values) if value) == present
        ]
        missing = [index for index in own if not self.parameters[index].optional]
        if len(missing) > 1:
            return self._by_factory(numbers, [self.parameters[index] for index in missing])
        if not missing:
            return ""
        item = self.parameters[missing[0]]
        self.parameters[missing[0]] = replace(
            item,
            annotation=f"{item.annotation} | None",
            default="None",
            kind="number" if item.kind == "size" else item.kind,
        )
        return f"{item.name} is not None"

    def _by_factory(self, numbers: Sequence[int], missing: Sequence[NewParameter]) -> str:
        """Layers that need several values which only these members give: what makes them is one parameter each."""
        names = []
        for number in numbers:
            inside = set(self.where.inside.get(number, ()))
            own = [item for item in missing if item.holes <= inside]
            call = made_layer(self.nodes[number]) if number not in self.choices else None
            if own and call is not None:
                names.append(self._factory(number, call))
                self.parameters = [item for item in self.parameters if item not in own]
                missing = [item for item in missing if item not in own]
        self.parameters = [with_default(item) if item in missing else item for item in self.parameters]
        return f"{names[0]} is not None" if names and not missing else ""

    def _factory(self, number: int, call: cst.Call) -> str:
        layer = assigned_attribute(self.nodes[number]) or snake_case(dotted(call.func).rpartition(".")[2])
        name = choose((layer,), {item.name for item in self.parameters} | own_names(self.template))
        own = [
            maker(made) if index in self.template.options[number].present else None
            for index in range(self.members)
            if isinstance(made := self.template.of_member(call, index, "__init__"), cst.BaseExpression)
        ]
        self.parameters.append(
            NewParameter(name, "factory", "Callable[[], nn.Module] | None", "None", tuple(own), frozenset())
        )
        self.injected[number] = name
        return name

    def _by_complement(self, present: frozenset[int]) -> str:
        """The opposite of what the other members are known by."""
        test = self.decided.get(frozenset(range(self.members)) - present, "")
        return negated(test) if test else ""

    def _by_flag(self, present: frozenset[int], numbers: Sequence[int]) -> str:
        node = self.nodes[numbers[0]]
        for number in numbers:
            first = norm_first(*self.choices[number]) if number in self.choices else None
            if first is not None:
                name = self._flag("norm_first", present if first else frozenset(range(self.members)) - present)
                return name if first else f"not {name}"
        if self.template.options[numbers[0]].element or assigned_attribute(node):
            name = flag_name(_layer(node), self.template.options[numbers[0]].position)
        else:
            name = f"use_{_verb(node).strip('_')}"
        return self._flag(name, present)

    def _flag(self, name: str, present: frozenset[int]) -> str:
        name = choose((name,), {item.name for item in self.parameters} | own_names(self.template))
        values = tuple(str(index in present) for index in range(self.members))
        default = Counter(values).most_common(1)[0][0]
        if Counter(values)["True"] == Counter(values)["False"]:
            default = values[0] if name.endswith("_first") else "False"
        self.parameters.append(
            NewParameter(
                name=name,
                kind="switch",
                annotation="bool",
                default=default,
                values=tuple(None if value == default else value for value in values),
            )
        )
        return name

    def _as_member(self, test: str) -> str:
        """The condition as `forward` sees it: over members of self; a function has the parameter itself."""
        if isinstance(self.template.node, cst.FunctionDef):
            return test
        name = test.removeprefix("not ").removesuffix(" is not None").removesuffix(" is None")
        if next((item.kind for item in self.parameters if item.name == name), "") == "factory":
            raise Mismatch(f"forward would have to ask for `{name}`, which only makes a layer", ())
        if name not in self.stored:
            self.stored.append(name)
        return test.replace(name, f"self.{name}", 1)


def negated(test: str) -> str:
    """The opposite of a condition as switches have them."""
    if test.endswith(" is not None"):
        return test.removesuffix(" is not None") + " is None"
    if test.endswith(" is None"):
        return test.removesuffix(" is None") + " is not None"
    return test.removeprefix("not ") if test.startswith("not ") else f"not {test}"


def _options(node: cst.CSTNode) -> Iterator[tuple[int, cst.CSTNode]]:
    """Every option with what it stands for, a choice with the first statement of those that have it."""
    for item in walk(node):
        option, either = option_of(item), choice_of(item)
        if option is not None:
            yield option
        if either is not None:
            yield either[0], either[1][0]


def made_layer(node: cst.CSTNode) -> cst.Call | None:
    """The constructor's call in `self.x = Layer(...)`, or the node itself where it is one."""
    value = node
    if isinstance(node, cst.SimpleStatementLine) and isinstance(node.body[0], cst.Assign):
        value = node.body[0].value
    return value if isinstance(value, cst.Call) and is_constructor(dotted(value.func)) else None


def _layer(node: cst.CSTNode) -> str:
    call = next((item for item in walk(node) if isinstance(item, cst.Call)), None)
    return dotted(call.func) if call is not None and hole_number(call.func) is None else "layer"


def _verb(node: cst.CSTNode) -> str:
    """What a statement does, in a word: the function or method it calls last."""
    calls = [item for item in walk(node) if isinstance(item, cst.Call)]
    names = [dotted(call.func).rpartition(".")[2] or _method(call) for call in calls]
    return next((name for name in names if name), "extra_step")


def _method(call: cst.Call) -> str:
    return call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
