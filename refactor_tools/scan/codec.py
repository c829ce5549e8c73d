"""Facts as JSON and back, for the cache."""

from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from refactor_tools.model.facts import (
    Built,
    Computed,
    Definition,
    FileFacts,
    Finding,
    Import,
    LookedUp,
    MemberCall,
    Parameter,
    Problem,
    Reference,
    Registered,
)


def encode(facts: FileFacts) -> Sequence[Any]:
    """Nested lists of the fields in order, as `json` takes them."""
    return astuple(facts)


def decode(value: Sequence[Any]) -> FileFacts:
    """The facts that `encode` was given."""
    path, digest, lines, definitions, imports, exported, bound, sys_paths, findings, problems, *rest = value
    names, exported_from, references, registered, looked_up, computed = rest
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
        exported_from=tuple(exported_from),
        references=tuple(Reference(*one) for one in references),
        registered=tuple(Registered(*one) for one in registered),
        looked_up=tuple(LookedUp(*one) for one in looked_up),
        computed=tuple(Computed(*one) for one in computed),
    )


def _definition(value: Sequence[Any]) -> Definition:
    identity, kind, name, path, line, end_line, *rest = value
    bases, framework, parameters, forward, decorators, built, is_module, calls = rest
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
    )


def _parameters(value: Sequence[Any]) -> tuple[Parameter, ...]:
    return tuple(Parameter(*one) for one in value)
