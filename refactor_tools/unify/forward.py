"""The signature of `forward` that copies with different ones share."""

from collections.abc import Mapping, Sequence

import libcst as cst

from refactor_tools.model.facts import Parameter
from refactor_tools.unify.members import Member, forward_of
from refactor_tools.unify.naming import most_common
from refactor_tools.unify.state import Mismatch
from refactor_tools.unify.syntax import reads
from refactor_tools.unify.template import ForwardParameter, Template


def plain(parameters: Sequence[Parameter]) -> list[tuple[str, str, str | None]]:
    """Signatures without their annotations."""
    return [(item.name, item.kind, item.default) for item in parameters]


def united_forward(template: Template, members: Sequence[Member]) -> tuple[Parameter, ...]:
    """The united signature: what all copies require stays positional, everything else is keyword-only.

    One copy's own signature, or one that all share, stays as it is.
    """
    written = [{item.name: item for item in member.forward} for member in members]
    if all(plain(member.forward) == plain(members[0].forward) for member in members):
        return tuple(typed(item) for item in members[0].forward)
    required, optional = [], []
    for item in template.forward:
        own = [written[index].get(name) if name else None for index, name in enumerate(item.names)]
        name = final_name(item)
        if all(parameter is not None and parameter.required for parameter in own):
            required.append(typed(Parameter(name, "positional", None, _annotated(own))))
            continue
        defaults = {None if parameter is None else parameter.default for parameter in own}
        default = next(iter(defaults)) if len(defaults) == 1 else None
        optional.append(typed(Parameter(name, "keyword-only", default or "None", _annotated(own))))
    return (*required, *optional)


def _annotated(own: Sequence[Parameter | None]) -> str | None:
    return next((item.annotation for item in own if item is not None and item.annotation), None)


def typed(parameter: Parameter) -> Parameter:
    """With an annotation where it had none: a tensor, or what its default is."""
    if parameter.annotation:
        return parameter
    kind = {"True": "bool", "False": "bool", "None": "Tensor | None", None: "Tensor"}.get(parameter.default, "")
    if not kind and parameter.default is not None:
        node = cst.parse_expression(parameter.default)
        kind = "float" if isinstance(node, cst.Float) else "int" if isinstance(node, cst.Integer) else "Any"
    return Parameter(parameter.name, parameter.kind, parameter.default, kind)


def final_name(item: ForwardParameter) -> str:
    """What the component calls it."""
    return most_common(item.names) or next((name for name in item.names if name), item.name)


def forward_names(template: Template, forward: Sequence[Parameter]) -> Mapping[str, str]:
    """The template's names that the component calls otherwise."""
    known = {item.name for item in forward}
    final = {item.name: final_name(item) for item in template.forward}
    return {old: new for old, new in final.items() if old != new and new in known}


def refuse_unlike_rest(members: Sequence[Member]) -> None:
    """`*args` and `**kwargs` that not all have alike are left to the shims, which is right where nobody reads them."""
    if len({tuple(plain(member.forward)) for member in members}) == 1:
        return
    for member in members:
        rest = {item.name for item in member.forward if item.kind.startswith("var-")}
        function = forward_of(member.node) or member.node
        if rest & reads(function.body):
            raise Mismatch(
                "only some copies take any further arguments", (f"{', '.join(sorted(rest))} of {member.id}",)
            )
