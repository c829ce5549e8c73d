"""Annotations that must allow what the code asks for: a parameter whose class is tested may be of that class."""

from collections.abc import Iterator, Mapping

import libcst as cst

from refactor_tools.model.facts import Parameter
from refactor_tools.unify.members import forward_of, method
from refactor_tools.unify.plan import Candidate
from refactor_tools.unify.syntax import dotted, walk
from refactor_tools.unify.traced_types import retyped

_TYPES = {
    "int": "int",
    "float": "float",
    "str": "str",
    "bool": "bool",
    "list": "list[Any]",
    "tuple": "tuple[Any, ...]",
    "dict": "dict[str, Any]",
    "torch.Tensor": "Tensor",
}


def with_tested_types(candidate: Candidate) -> Candidate:
    """The candidate with `int | tuple[Any, ...]` where an `int` parameter is asked for `isinstance(size, tuple)`.

    What a person annotated stays.
    """
    spoken = {item.name for member in candidate.members for item in member.parameters if item.annotation}
    spoken |= {item.name for member in candidate.members for item in member.forward if item.annotation}
    function = candidate.node if isinstance(candidate.node, cst.FunctionDef) else forward_of(candidate.node)
    constructor = None if isinstance(candidate.node, cst.FunctionDef) else method(candidate.node, "__init__")
    types = {}
    for found, parameters in ((constructor, candidate.constructor), (function, candidate.forward)):
        if found is not None:
            types[found.name.value] = _widened(found, [item for item in parameters if item.name not in spoken])
    return retyped(candidate, types)


def _widened(function: cst.FunctionDef, parameters: list[Parameter]) -> Mapping[str, str]:
    tested: dict[str, list[str]] = {}
    for name, kind in _tests(function):
        tested.setdefault(name, []).append(kind)
    found = {}
    for item in parameters:
        known = (item.annotation or "Any").split(" | ")
        more = [kind for kind in dict.fromkeys(tested.get(item.name, ())) if kind not in known]
        if more and "Any" not in known:
            rest = [kind for kind in known if kind != "None"]
            found[item.name] = " | ".join([*rest, *more, *(["None"] if "None" in known else [])])
    return found


def _tests(function: cst.FunctionDef) -> Iterator[tuple[str, str]]:
    """(name, type) of every `isinstance` of a plain name and a type that is known here."""
    for item in walk(function):
        if isinstance(item, cst.Call) and dotted(item.func) == "isinstance" and len(item.args) == 2:
            kinds = item.args[1].value
            listed = [one.value for one in kinds.elements] if isinstance(kinds, cst.Tuple) else [kinds]
            for kind in listed:
                if dotted(kind) in _TYPES:
                    yield dotted(item.args[0].value), _TYPES[dotted(kind)]
