"""A family's members to one candidate, or to the reason why not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.facts import Parameter
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.adapting import adapter_of, in_its_words, is_verbatim
from refactor_tools.unify.annotations import Written
from refactor_tools.unify.antiunify import Generalisation, generalise
from refactor_tools.unify.body import Decisions, build
from refactor_tools.unify.branches import branches_of, in_forward
from refactor_tools.unify.class_level import own_methods, written
from refactor_tools.unify.constructor import Lifted, lifted, ordered, signature, unchanged
from refactor_tools.unify.forward import forward_names, plain, refuse_unlike_rest, united_forward
from refactor_tools.unify.likeness import alike, blind_tokens
from refactor_tools.unify.members import Member
from refactor_tools.unify.naming import most_common
from refactor_tools.unify.parameters import NewParameter, hole_parameters, refuse_too_many, surroundings
from refactor_tools.unify.roundtrip import lost
from refactor_tools.unify.state import Mismatch
from refactor_tools.unify.switches import Switches, switches
from refactor_tools.unify.syntax import children, walk
from refactor_tools.unify.template import Template, choice_of, option_of


@dataclass(frozen=True, slots=True)
class Candidate:
    """A component that every member is an instance of. `node` has no docstrings yet; `adapters` and `verbatim` go with
    `members`: `verbatim` says that the component has the member's own signature and names throughout. `branches` counts
    the conditions that methods ask anew, `forward_branches` those of `forward` and what it calls. `left_out` are the
    copies (by id) that could not be merged with the others, and why.
    """

    name: str
    members: tuple[Member, ...]
    node: cst.ClassDef | cst.FunctionDef
    parameters: tuple[NewParameter, ...]
    constructor: tuple[Parameter, ...]
    forward: tuple[Parameter, ...]
    adapters: tuple[Adapter, ...]
    verbatim: tuple[bool, ...]
    template: Template
    branches: int = 0
    forward_branches: int = 0
    left_out: tuple[tuple[str, str], ...] = ()


def unify(
    members: Sequence[Member], *, max_parameters: int = 6, max_branches: int = 2, presume: bool = False
) -> Candidate | Refusal:
    """The least general component for `members`, or why there is none.

    With `presume` the plan rests on others: what the members build and inherit, where they differ in it, has to become
    one component first (`Candidate.template.parts` says what).
    """
    arranged = around_medoid(members)
    try:
        return _merged(arranged, max_parameters, max_branches, presume)
    except Mismatch as mismatch:
        core = _core(arranged)
        if 1 < len(core) < len(arranged):
            rest = tuple((member.id, str(mismatch)) for member in arranged if member not in core)
            found = unify(core, max_parameters=max_parameters, max_branches=max_branches, presume=presume)
            return found if isinstance(found, Refusal) else replace(found, left_out=(*found.left_out, *rest))
        return Refusal(mismatch.reason, (mismatch.texts,) if mismatch.texts else ())


def _merged(members: tuple[Member, ...], max_parameters: int, max_branches: int, presume: bool) -> Candidate:
    found = _sound(members, presume)
    candidate = _candidate(found.template, found.members, max_parameters, max_branches)
    try:
        cst.parse_module(cst.Module(body=[candidate.node]).code)
    except (cst.CSTValidationError, cst.ParserSyntaxError) as error:
        raise Mismatch("the copies cannot be written as one", (str(error),)) from error
    return replace(candidate, left_out=tuple((member.id, str(mismatch)) for member, mismatch in found.left_out))


def _core(members: Sequence[Member]) -> tuple[Member, ...]:
    """The largest group of members that differ in names and constants alone, the medoid's among equals."""
    kinds = [tuple(blind_tokens(member.node)) for member in members]
    [(commonest, _)] = Counter(kinds).most_common(1)
    return tuple(member for member, kind in zip(members, kinds, strict=True) if kind == commonest)


def _sound(members: tuple[Member, ...], presume: bool) -> Generalisation:
    """A generalisation that gives every member back: those that it would not are left out.

    Raises:
        Mismatch: there is none for two members.
    """
    left_out: tuple[tuple[Member, Mismatch], ...] = ()
    while True:
        found = generalise(members, presume=presume)
        wrong = lost(found.template, found.members)
        if not wrong:
            return replace(found, left_out=(*left_out, *found.left_out))
        left_out = (*left_out, *((member, wrong[member.id]) for member in members if member.id in wrong))
        members = tuple(member for member in members if member.id not in wrong)
        if len(members) < 2:
            raise next(iter(wrong.values()))


def around_medoid(members: Sequence[Member]) -> tuple[Member, ...]:
    """The member most alike to the others first, then the others by path; of a pair the first by path."""
    by_path = sorted(members, key=lambda member: member.id)
    if len(by_path) < 3:
        return tuple(by_path)
    sums = [sum(alike(member.node, other.node) for other in by_path) for member in by_path]
    medoid = by_path[max(range(len(by_path)), key=lambda index: (round(sums[index], 6), -index))]
    return (medoid, *(member for member in by_path if member is not medoid))


def _candidate(template: Template, members: tuple[Member, ...], max_parameters: int, max_branches: int) -> Candidate:
    where = surroundings(template)
    found = lifted(template, members)
    own = {item.text: item.parameter.name for item in found}
    parameters, inherited = hole_parameters(template, members, where, own)
    decided = switches(template, parameters, inherited, where)
    refuse_too_many(decided.parameters, max_parameters)
    branches = branches_of(template, decided)
    if len(branches) > max_branches:
        raise Mismatch(f"{len(branches)} branches would be needed, the limit is {max_branches}", ())
    _refuse_unshared(template, members)
    forward = united_forward(template, members)
    refuse_unlike_rest(members)
    if not members[0].is_class:
        forward = (*forward, *signature(decided.parameters))
    attributes = _common_names(template.attributes)
    final, constructor = _constructor(decided, found, members)
    stored = _stored(template, decided)
    decisions = Decisions(
        holes=inherited
        | {number: _filling(item, template, number) for item in decided.parameters for number in item.holes},
        lifted=own,
        switches=replace(decided, stored=stored),
        attributes=attributes,
        names=forward_names(template, forward),
        constructor=constructor,
        forward=forward,
        written=_written(members),
    )
    node = build(template.node, decisions)
    shared: Mapping[str, str] = {}
    if isinstance(node, cst.ClassDef):
        node, shared = written(node.with_changes(decorators=[]), template.values)
    adapters = tuple(
        in_its_words(adapter_of(index, member, template, final, forward, decisions, shared), member)
        for index, member in enumerate(members)
    )
    name = most_common(member.name for member in members) or members[0].name
    verbatim = tuple(
        is_verbatim(member, constructor, forward, adapter) for member, adapter in zip(members, adapters, strict=True)
    )
    return Candidate(
        name=name,
        members=members,
        node=node.with_changes(name=cst.Name(name)),
        parameters=final,
        constructor=constructor,
        forward=forward,
        adapters=adapters,
        verbatim=verbatim,
        template=template,
        branches=len(branches),
        forward_branches=len(branches_of(template, decided, in_forward(template.node))),
    )


def _written(members: Sequence[Member]) -> dict[str, list[Written]]:
    found: dict[str, list[Written]] = {}
    for member in members:
        for function in own_methods(member.written):
            found.setdefault(function.name.value, []).append(Written(function, member.in_tree))
    return found


def _constructor(
    decided: Switches, found: tuple[Lifted, ...], members: tuple[Member, ...]
) -> tuple[tuple[NewParameter, ...], tuple[Parameter, ...]]:
    if not members[0].is_class:
        return decided.parameters, ()
    alike_all = all(plain(member.parameters) == plain(members[0].parameters) for member in members)
    if not decided.parameters and alike_all:
        same = unchanged(members[0].parameters, found)
        if same is not None:
            kinds = {item.name: item.kind for item in members[0].parameters}
            return same, tuple(Parameter(item.name, kinds[item.name], item.default, item.annotation) for item in same)
    parameters = ordered([*decided.parameters, *(item.parameter for item in found)])
    return parameters, signature(parameters)


def _common_names(attributes: Sequence[Mapping[str, str]]) -> Mapping[str, str]:
    """The most common name of every member of self; the medoid's among equals, and where the name is taken."""
    final: dict[str, str] = {}
    ours = {name for mapping in attributes for name in mapping}
    for name in sorted(ours):
        votes = Counter([name, *(mapping.get(name, "") for mapping in attributes[1:])])
        votes.pop("", None)
        winner = votes.most_common(1)[0][0]
        free = winner == name or (winner not in ours and winner not in final.values())
        final[name] = winner if free else name
    return final


def _filling(parameter: NewParameter, template: Template, number: int) -> str:
    hole = template.holes[number]
    if hole.made:
        return f"{parameter.name}()"
    inside = hole.method == "__init__" or isinstance(template.node, cst.FunctionDef)
    return parameter.name if inside else f"self.{parameter.name}"


def _stored(template: Template, decided: Switches) -> tuple[str, ...]:
    if isinstance(template.node, cst.FunctionDef):
        return ()
    constants = [
        item.name
        for item in decided.parameters
        if any(template.holes[number].method != "__init__" for number in item.holes)
    ]
    return tuple(dict.fromkeys([*decided.stored, *constants]))


def _refuse_unshared(template: Template, members: Sequence[Member]) -> None:
    """A component of which most is optional is two components: a copy shares half of its code with the others."""
    shared = _shared_size(template.node)
    sizes = [sum(1 for _ in walk(member.node)) for member in members]
    if shared * 2 * len(sizes) < sum(sizes):
        raise Mismatch("the copies share less than half of their code", ())


def _shared_size(node: cst.CSTNode) -> int:
    """Nodes that every member has."""
    if option_of(node) is not None or choice_of(node) is not None:
        return 0
    return 1 + sum(map(_shared_size, children(node)))
