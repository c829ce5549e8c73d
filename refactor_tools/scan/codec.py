"""Facts as JSON and back, for the cache."""

from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from refactor_tools.model.facts import (
    Built,
    Definition,
    FileFacts,
    Finding,
    Import,
    Member,
    MemberCall,
    Parameter,
    Problem,
)


def encode(facts: FileFacts) -> Sequence[Any]:
    """Nested lists of the fields in order, as `json` takes them."""
    return astuple(facts)


def decode(value: Sequence[Any]) -> FileFacts:
    """The facts that `encode` was given."""
    path, digest, lines, definitions, imports, exported, bound, sys_paths, findings, problems, *rest = value
    names, built, attributes, strings = rest
    return FileFacts(
        path=path,
        digest=digest,
        lines=lines,
        definitions=tuple(map(_definition, definitions)),
        imports=tuple(Import(*one) for one in imports),
        exported=None if exported is None else tuple(exported),
        bound=tuple(bound),
        sys_paths=tuple(sys_paths),
        findings=tuple(Finding(*one) for one in findings),
        problems=tuple(Problem(*one) for one in problems),
        names=tuple(names),
        built=tuple(Built(*one) for one in built),
        attributes=tuple(attributes),
        strings=tuple(strings),
    )


def _definition(value: Sequence[Any]) -> Definition:
    identity, kind, name, path, line, end_line, *rest = value
    bases, framework, parameters, forward, decorators, built, is_module, calls, idle, reads, reflects = rest
    return Definition(
        identity,
        kind,
        name,
        path,
        line,
        end_line,
        bases=tuple(bases),
        framework=framework,
        parameters=_parameters(parameters),
        forward=None if forward is None else _parameters(forward),
        decorators=tuple(decorators),
        built=tuple(Built(*one) for one in built),
        is_module=is_module,
        calls=tuple(MemberCall(member, count, tuple(names), *end) for member, count, names, *end in calls),
        idle=tuple(Member(*one) for one in idle),
        reads=tuple(reads),
        reflects=reflects,
    )


def _parameters(value: Sequence[Any]) -> tuple[Parameter, ...]:
    return tuple(Parameter(*one) for one in value)
