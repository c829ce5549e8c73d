"""From holes and options to the constructor of a component."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import libcst as cst

from refactor_tools.unify.members import Member, method
from refactor_tools.unify.naming import choose, most_common, own_name, size_name
from refactor_tools.unify.rewriting import bare
from refactor_tools.unify.state import Mismatch
from refactor_tools.unify.syntax import code, dotted, expression, is_constant, stored, walk
from refactor_tools.unify.template import Hole, Template, choice_of, hole_number, option_of
from refactor_tools.unify.vocabulary import annotation, annotation_by_name, is_constructor, role

Kind = Literal["size", "number", "switch", "factory"]


@dataclass(frozen=True, slots=True)
class NewParameter:
    """A parameter of the component and each member's value for it, in that member's own terms (None: the default).

    `holes` are those it fills; `argument` is the constructor argument that it feeds first.
    """

    name: str
    kind: Kind
    annotation: str
    default: str | None
    values: tuple[str | None, ...]
    holes: frozenset[int] = frozenset()
    argument: tuple[str, str] = ("", "")

    @property
    def optional(self) -> bool:
        return self.default is not None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """For every hole the members that have its place; for every option the holes inside it."""

    around: Mapping[int, frozenset[int]]
    inside: Mapping[int, tuple[int, ...]]


def surroundings(template: Template) -> Surroundings:
    """Which holes stand inside which options."""
    everyone = frozenset(range(len(template.attributes)))
    around = dict.fromkeys(template.holes, everyone)
    inside: dict[int, tuple[int, ...]] = {}
    for node in walk(template.node):
        for option, nodes, has_it in _conditional(node):
            present = template.options[option].present
            found = tuple(number for item in nodes for number in _holes(item))
            inside[option] = (*inside.get(option, ()), *found)
            for number in found:
                around[number] &= present if has_it else everyone - present
    return Surroundings(around, inside)


def _conditional(node: cst.CSTNode) -> Iterator[tuple[int, Sequence[cst.CSTNode], bool]]:
    """(option, what depends on it, whether it is there or in its stead)."""
    option, either = option_of(node), choice_of(node)
    if option is not None:
        yield option[0], [option[1]], True
    if either is not None:
        yield either[0], either[1], True
        yield either[0], either[2], False


def _holes(node: cst.CSTNode) -> list[int]:
    return [number for item in walk(node) if (number := hole_number(item)) is not None]


def visible(template: Template, where: Surroundings) -> dict[int, Hole]:
    """Holes with None for members that lack their place."""
    shown: dict[int, Hole] = {}
    for number, hole in template.holes.items():
        present = where.around[number]
        values = tuple(value if index in present else None for index, value in enumerate(hole.values))
        shown[number] = replace(hole, values=values)
    return shown


def group(holes: Mapping[int, Hole], order: Sequence[int]) -> list[list[int]]:
    """Holes that may share one parameter: the same values wherever both have one, full ones first."""
    full = [number for number in order if None not in holes[number].texts]
    partial = [number for number in order if None in holes[number].texts]
    groups: list[list[int]] = []
    for number in full + partial:
        home = next((found for found in groups if _agree(holes[found[0]], holes[number])), None)
        if home is None:
            groups.append([number])
        else:
            home.append(number)
    position = {number: index for index, number in enumerate(order)}
    return [sorted(found, key=position.__getitem__) for found in groups]


def _agree(full: Hole, other: Hole) -> bool:
    if _is_factory(full) != _is_factory(other) or full.method != other.method:
        return False
    pairs = list(zip(full.texts, other.texts, strict=True))
    shared = [a == b for a, b in pairs if b is not None]
    covered = all(a is not None for a, b in pairs if b is not None)
    return bool(shared) and covered and all(shared)


def _is_factory(hole: Hole) -> bool:
    return bool(hole.made) or any(value is not None and is_constructor(dotted(value)) for value in hole.values)


def in_order(template: Template) -> list[int]:
    """Hole numbers in the order of `__init__`, then of the other methods."""
    return list(dict.fromkeys(_holes(template.node)))


def hole_parameters(
    template: Template, members: Sequence[Member], where: Surroundings, lifted: Mapping[str, str]
) -> tuple[list[NewParameter], dict[int, str]]:
    """One parameter for every group of holes, named by its role; and the holes that need none.

    Those stand in parts that only some members have and hold what all members pass elsewhere: `lifted` maps the
    members' text for that to the parameter it has become.
    """
    holes = visible(template, where)
    parameters: list[NewParameter] = []
    inherited = {number: _message(hole) for number, hole in template.holes.items() if hole.message}
    for numbers in group(holes, [number for number in in_order(template) if number not in inherited]):
        texts = {text for number in numbers for text in holes[number].texts if text is not None}
        same = lifted.get(next(iter(texts))) if len(texts) == 1 else None
        if same is not None:
            inherited |= dict.fromkeys(numbers, same)
        else:
            taken = {item.name for item in parameters} | set(lifted.values()) | own_names(template)
            parameters.append(_parameter(holes, numbers, members, taken))
    return parameters, inherited


def own_names(template: Template) -> frozenset[str]:
    """Names that the constructor (or the function) binds by itself, which no parameter may have."""
    return frozenset(stored(method(template.node, "__init__") or template.node))


def _parameter(
    holes: Mapping[int, Hole], numbers: list[int], members: Sequence[Member], taken: set[str]
) -> NewParameter:
    fullest = min(numbers, key=lambda number: holes[number].texts.count(None))
    hole = holes[fullest]
    if _is_factory(hole):
        return _factory(hole, numbers, taken)
    arguments = [holes[number].argument[1] for number in numbers if holes[number].argument[1]]
    names = [own_name(text) for text in hole.texts]
    condition = "condition" if any(map(_is_condition, hole.values)) else ""
    name = choose((most_common(names), size_name(arguments), *names, condition), taken)
    constant = all(value is None or is_constant(value) for value in hole.values)
    default = _commonest(hole.texts) if constant and None not in hole.texts else None
    kind = _type(arguments, name, hole, members)
    if "None" in hole.texts and kind not in ("Any", "None"):
        kind = f"{kind} | None"
    return NewParameter(
        name=name,
        kind="size" if kind == "int" and default is None else "switch" if kind == "bool" else "number",
        annotation=kind,
        default=default,
        values=tuple(None if default is not None and text == default else text for text in hole.texts),
        holes=frozenset(numbers),
        argument=holes[numbers[0]].argument,
    )


def _factory(hole: Hole, numbers: list[int], taken: set[str]) -> NewParameter:
    texts = tuple(None if value is None else maker(value) for value in hole.values)
    layer = next(text for text in texts if text is not None)
    name = choose((hole.made or role(layer),), taken)
    common = _commonest(texts)
    default = common if common and None not in texts and dotted(expression(common)).startswith("nn.") else None
    takes = "[]" if hole.made else {"norm": "[int]", "activation": "[]"}.get(role(layer), "...")
    return NewParameter(
        name=name,
        kind="factory",
        annotation=f"Callable[{takes}, nn.Module]",
        default=default,
        values=tuple(None if default is not None and text == default else text for text in texts),
        holes=frozenset(numbers),
    )


_NOTHING = {"int": "0", "float": "0.0", "bool": "False", "str": '""', "tuple[int, ...]": "()"}


def with_default(item: NewParameter) -> NewParameter:
    """A value that only matters to some members; the others give nothing."""
    default = _NOTHING.get(item.annotation, "None")
    return replace(item, default=default, kind="number" if item.kind == "size" else item.kind)


def maker(value: cst.BaseExpression) -> str:
    """What makes a layer: the class where nothing is given to it, else a function without arguments."""
    if not isinstance(value, cst.Call):
        return code(bare(value))
    return code(value.func) if not value.args else f"lambda: {code(bare(value))}"


def _message(hole: Hole) -> str:
    """The first member's text: it tells a person the same, in other words."""
    assert hole.values[0] is not None
    return code(hole.values[0])


def _commonest(texts: Sequence[str | None]) -> str | None:
    ranked = Counter(text for text in texts if text is not None).most_common(1)
    return ranked[0][0] if ranked else None


def _type(arguments: Sequence[str], name: str, hole: Hole, members: Sequence[Member]) -> str:
    by_argument = next((annotation(item) for item in arguments if annotation(item)), "")
    written = _written_type(hole.texts, members)
    literals = (_literal_type(value) for value in hole.values if value is not None and is_constant(value))
    by_value = "bool" if any(map(_is_condition, hole.values)) else next(literals, "")
    return by_argument or written or by_value or annotation_by_name(name) or "Any"


def _written_type(texts: Sequence[str | None], members: Sequence[Member]) -> str:
    for text, member in zip(texts, members, strict=True):
        found = next((item for item in member.parameters if item.name == text and item.annotation), None)
        if found is not None and found.annotation in ("int", "float", "bool", "str"):
            return found.annotation
    return ""


def _is_condition(value: cst.BaseExpression | None) -> bool:
    negation = isinstance(value, cst.UnaryOperation) and isinstance(value.operator, cst.Not)
    return negation or isinstance(value, (cst.Comparison, cst.BooleanOperation))


def _literal_type(value: cst.BaseExpression) -> str:
    if isinstance(value, cst.Integer):
        return "int"
    if isinstance(value, cst.SimpleString):
        return "str"
    if isinstance(value, cst.Name):
        return "bool" if value.value in ("True", "False") else ""
    if isinstance(value, cst.Tuple):
        return "tuple[int, ...]"
    return "float"


def literal_type(text: str) -> str:
    """The type of a literal's source text, "" for anything else."""
    node = expression(text)
    return _literal_type(node) if is_constant(node) else ""


def refuse_too_many(parameters: Sequence[NewParameter], limit: int) -> None:
    """Raises Mismatch where a merge would add more parameters than the settings allow."""
    added = [item for item in parameters if item.kind != "size"]
    if len(added) > limit:
        raise Mismatch(f"{len(added)} parameters would have to be added, the limit is {limit}", ())
