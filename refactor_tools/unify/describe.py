"""A family with what its copies differ in and what they could become, in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import libcst as cst

from refactor_tools.errors import RefactorError
from refactor_tools.model.facts import Source
from refactor_tools.model.families import Difference, Family, Proposal
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.members import Member, load_member
from refactor_tools.unify.order import order_differences
from refactor_tools.unify.plan import Candidate, unify
from refactor_tools.unify.proposals import proposal
from refactor_tools.unify.syntax import code, walk
from refactor_tools.unify.template import option_of

Read = Callable[[str], Source | None]


def describe(family: Family, read: Read) -> Family:
    """A family of copies that differ, with their differences and its proposal; one that cannot be merged has the reason
    in it. See `unchanged` for exact copies.
    """
    # Exact copies differ in nothing: one of each set speaks for all of them.
    copies = {ids[0]: ids for ids in family.equal} if family.likeness == "renamed" else {}
    try:
        members = load_members(tuple(copies) or family.members, read)
        planned = unify(members, presume=True)
        moved = order_differences(members) if family.likeness == "near" else ()
    except (RefactorError, cst.ParserSyntaxError, RecursionError) as error:
        return replace(family, differences=(), proposal=Proposal(refusal=f"cannot be read: {error}"))
    if isinstance(planned, Refusal):
        return replace(family, differences=(*moved, *_refused(planned)), proposal=Proposal(refusal=planned.reason))
    parameters = tuple(item.name for item in (planned.constructor or planned.forward))
    found = [_for_all(one, copies) for one in differences(planned)]
    return replace(
        family,
        differences=(*moved, *found),
        proposal=proposal(planned.name, layers(planned.node), parameters),
    )


def _for_all(difference: Difference, copies: Mapping[str, Sequence[str]]) -> Difference:
    """The difference with what is said of one member said of its exact copies."""
    values = ((copy, text) for member, text in difference.values for copy in copies.get(member, (member,)))
    return replace(difference, values=tuple(sorted(values)))


def load_members(ids: Sequence[str], read: Read) -> tuple[Member, ...]:
    """Members by id; with more than one, locals that only name an expression are inlined, so that copies line up.

    Raises:
        RefactorError: a file is gone or does not hold the definition.
    """
    members = []
    for identity in ids:
        source = read(identity.partition("::")[0])
        if source is None:
            raise RefactorError("cannot be read", identity.partition("::")[0])
        members.append(load_member(source, identity, inline_all=len(ids) > 1))
    return tuple(members)


def layers(node: cst.CSTNode) -> frozenset[str]:
    """Dotted names that the code calls."""
    return frozenset(code(item.func) for item in walk(node) if isinstance(item, cst.Call))


def differences(candidate: Candidate) -> tuple[Difference, ...]:
    """Hole by hole, each member's value: sizes and other parameters, optional parts, arguments, names."""
    ids = [member.id for member in candidate.members]
    found = [
        Difference(
            _kind(item.kind, item.holes), "__init__", tuple(zip(ids, _texts(item.values), strict=True)), item.name
        )
        for item in candidate.parameters
        if item.holes or (item.kind in ("switch", "factory") and any(item.values))
    ]
    found += _optional_parts(candidate, ids)
    found += _of_the_class(candidate, ids)
    found += [Difference("left out", reason, ((identity, reason),)) for identity, reason in candidate.left_out]
    for parameter in candidate.template.forward:
        if None in parameter.names:
            values = tuple(zip(ids, _texts(parameter.names), strict=True))
            found.append(Difference("argument", "forward", values, next(filter(None, parameter.names))))
    for name in sorted({ours for mapping in candidate.template.attributes for ours in mapping}):
        names = [name, *(mapping.get(name, "") for mapping in candidate.template.attributes[1:])]
        if len({item for item in names if item}) > 1:
            found.append(Difference("name", "self", tuple(zip(ids, names, strict=True)), name))
    return tuple(found)


def _kind(kind: str, holes: frozenset[int]) -> str:
    return {"size": "size", "factory": "layer", "switch": "switch"}.get(kind, "value") if holes else "switch"


def _texts(values: Sequence[str | None]) -> list[str]:
    return [value or "" for value in values]


def _optional_parts(candidate: Candidate, ids: Sequence[str]) -> list[Difference]:
    found = []
    template = candidate.template
    for node in walk(template.node):
        option = option_of(node)
        if option is not None and template.options[option[0]].method == "__init__":
            present = template.options[option[0]].present
            values = tuple((identity, "yes" if index in present else "") for index, identity in enumerate(ids))
            found.append(Difference("optional part", "__init__", values, ""))
    return found


def _of_the_class(candidate: Candidate, ids: Sequence[str]) -> list[Difference]:
    """Class attributes, methods that only some copies have, and what has to become one component first."""
    template = candidate.template
    found = [
        Difference("class attribute", "class", tuple(zip(ids, _texts(texts), strict=True)), name)
        for name, texts in sorted(template.values.items())
    ]
    for name, present in sorted(template.methods.items()):
        has = tuple((identity, "yes" if index in present else "") for index, identity in enumerate(ids))
        found.append(Difference("method", "class", has, name))
    for name in sorted({ours for mapping in template.parts for ours in mapping}):
        names = [name, *(mapping.get(name, name) for mapping in template.parts[1:])]
        if len(set(names)) > 1 and name not in {member.name for member in candidate.members}:
            found.append(Difference("part", "class", tuple(zip(ids, names, strict=True)), name))
    return found


def _refused(refusal: Refusal) -> tuple[Difference, ...]:
    return tuple(
        Difference("refused", refusal.reason, tuple((str(index), text) for index, text in enumerate(detail)))
        for detail in refusal.details
    )
