"""How each member maps onto the component: its arguments, its keys, what only it has."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import libcst as cst

from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.facts import Parameter
from refactor_tools.unify.body import Decisions
from refactor_tools.unify.class_level import own_decorators
from refactor_tools.unify.forward import final_name, plain
from refactor_tools.unify.members import Member, method
from refactor_tools.unify.parameters import NewParameter
from refactor_tools.unify.rewriting import rename
from refactor_tools.unify.spelling import in_file
from refactor_tools.unify.state import Mismatch
from refactor_tools.unify.syntax import assigned_attribute, code, expression, is_constant, reads, walk
from refactor_tools.unify.template import Template, option_of


def in_its_words(adapter: Adapter, member: Member) -> Adapter:
    """The adapter's expressions as the member's file can read them.

    Raises:
        Mismatch: one holds a component whose old name in the file has another signature.
    """

    def said(arguments: Sequence[Argument]) -> tuple[Argument, ...]:
        return tuple(Argument(item.name, _said(item.value, member)) for item in arguments)

    return replace(adapter, init=said(adapter.init), forward=said(adapter.forward))


def _said(text: str, member: Member) -> str:
    components = reads(expression(text)) & member.parts.keys()
    if components - member.spoken.keys():
        raise Mismatch("a copy hands over a class that became a component with another signature", (text,))
    if components:
        text = code(rename(expression(text), member.spoken))
    return in_file(text, member.names)


def adapter_of(
    index: int,
    member: Member,
    template: Template,
    parameters: Sequence[NewParameter],
    forward: Sequence[Parameter],
    decisions: Decisions,
    shared: Mapping[str, str],
) -> Adapter:
    """The adapter of the member at `index`; `shared` are the class attributes that the component has."""
    known = {item.name for item in forward}
    own = dict(template.attributes[index]) or {name: name for name in decisions.attributes}
    passed = [Argument(final_name(item), name) for item in template.forward if (name := item.names[index])]
    made = tuple(Argument(item.name, value) for item in parameters if (value := _value(item, index)) is not None)
    is_class = isinstance(template.node, cst.ClassDef)
    return Adapter(
        init=made if is_class else (),
        forward=(*(item for item in passed if item.name in known), *(() if is_class else made)),
        state=tuple(
            (decisions.attributes[name], theirs)
            for name, theirs in sorted(own.items())
            if decisions.attributes.get(name, theirs) != theirs and method(member.node, theirs) is None
        )
        + _nested_state(member, own, decisions.attributes),
        lacking=_lacking(index, template, parameters, decisions),
        attributes=tuple(
            Argument(name, value)
            for name, texts in sorted(template.values.items())
            if (value := texts[index]) is not None and value != shared.get(name)
        ),
        decorators=own_decorators(template.node, member),
    )


def _nested_state(member: Member, own: Mapping[str, str], final: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The key map of the parts, under the members of self that hold them."""
    ours = {theirs: name for name, theirs in own.items()}
    pairs = []
    for place, new, old in member.nested:
        held, dot, rest = place.partition(".")
        name = final.get(ours.get(held, held), held)
        pairs.append((f"{name}{dot}{rest}.{new}", f"{place}.{old}"))
    return tuple(pairs)


def _value(parameter: NewParameter, index: int) -> str | None:
    return parameter.values[index] if index < len(parameter.values) else None


def _lacking(
    index: int, template: Template, parameters: Sequence[NewParameter], decisions: Decisions
) -> tuple[Argument, ...]:
    """What an object of the original has not and one of the component has."""
    missing: dict[str, str] = {}
    for node in walk(template.node):
        option = option_of(node)
        name = assigned_attribute(option[1]) if option else ""
        absent = option is not None and index not in template.options[option[0]].present
        if option and name and absent and option[0] in decisions.switches.inlined:
            missing[decisions.attributes.get(name, name)] = "None"
    by_name = {item.name: item for item in parameters}
    for name in decisions.switches.stored:
        value = _value(by_name[name], index) or by_name[name].default
        if value is None or not is_constant(cst.parse_expression(value)):
            raise Mismatch(f"`{name}` of an old pickle cannot be derived", (value or "",))
        missing[name] = value
    return tuple(Argument(name, value) for name, value in sorted(missing.items()))


def is_verbatim(
    member: Member, constructor: Sequence[Parameter], forward: Sequence[Parameter], adapter: Adapter
) -> bool:
    """Whether the component has the member's own signature and names throughout."""
    same = plain(constructor) == plain(member.parameters) and plain(forward) == plain(member.forward)
    same_names = all(item.name == item.value for item in (*adapter.init, *adapter.forward))
    return same and same_names and not (adapter.state or adapter.lacking or adapter.attributes or adapter.decorators)
