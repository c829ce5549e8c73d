"""Annotations that reading leaves open, completed from the values with which the originals ran."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import libcst as cst

from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.facts import Parameter
from refactor_tools.model.proofs import Case, CaseValue, Listed, Named, Same, TensorSpec
from refactor_tools.unify.parameters import literal_type
from refactor_tools.unify.plan import Candidate
from refactor_tools.unify.syntax import expression

_OPEN = ("Any", "Any | None")
# What `forward` takes unless something says otherwise.
_PRESUMED = ("Tensor", "Tensor | None", *_OPEN)


def with_traced_types(candidate: Candidate, cases: Mapping[str, Case]) -> Candidate:
    """The candidate with types for parameters that nobody annotated, from the values in the originals' cases (by id).

    What ran with values of several kinds stays open, and so does what only objects of the legacy tree were given for.
    """
    traced = [
        (adapter, cases.get(member.id)) for member, adapter in zip(candidate.members, candidate.adapters, strict=True)
    ]
    spoken = {item.name for member in candidate.members for item in member.forward if item.annotation}
    made = {
        item.name: _kind(value for adapter, case in traced for value in _made(adapter, item.name, case))
        for item in candidate.constructor
        if item.annotation in _OPEN
    }
    given = {
        item.name: _kind(value for adapter, case in traced for value in _given(adapter, item.name, case))
        for item in candidate.forward
        if item.annotation in _PRESUMED and item.name not in spoken
    }
    types = {"__init__": _settled(candidate.constructor, made), "forward": _settled(candidate.forward, given)}
    if isinstance(candidate.node, cst.FunctionDef):
        types = {candidate.node.name.value: types["forward"]}
    return retyped(candidate, types)


def retyped(candidate: Candidate, types: Mapping[str, Mapping[str, str]]) -> Candidate:
    """The candidate with other annotations, by the method's name and the parameter's."""
    node = candidate.node.visit(_Retyping(types))
    assert isinstance(node, (cst.ClassDef, cst.FunctionDef))
    return replace(
        candidate,
        node=node,
        constructor=_retyped(candidate.constructor, types.get("__init__", {})),
        forward=_retyped(candidate.forward, types.get("forward") or types.get(candidate.node.name.value, {})),
    )


def _settled(parameters: tuple[Parameter, ...], kinds: Mapping[str, str]) -> dict[str, str]:
    """New annotations by parameter: those that say something else than what stands there."""
    found = {}
    for item in parameters:
        kind = kinds.get(item.name, "")
        if item.default == "None" and kind and not kind.endswith("None"):
            kind = f"{kind} | None"
        if kind and kind != item.annotation:
            found[item.name] = kind
    return found


def _retyped(parameters: tuple[Parameter, ...], types: Mapping[str, str]) -> tuple[Parameter, ...]:
    return tuple(replace(item, annotation=types.get(item.name, item.annotation)) for item in parameters)


def _kind(values: Iterable[CaseValue]) -> str:
    """The one type of all values, with None beside it where that occurs; "" where they have none in common."""
    found = {type_of(value) for value in values}
    optional = "None" in found
    found -= {"None"}
    if found == {"int", "float"}:
        found = {"float"}
    if len(found) != 1 or "" in found:
        return ""
    return found.pop() + (" | None" if optional else "")


def _made(adapter: Adapter, name: str, case: Case | None) -> Iterator[CaseValue]:
    """What the constructor's parameter was in every construction of an original."""
    for text in _texts(adapter.init, name):
        for construction in case.constructions if case is not None else ():
            yield from _value(text, construction.arguments)


def _given(adapter: Adapter, name: str, case: Case | None) -> Iterator[CaseValue]:
    """What the parameter of `forward`, or of the function, was in every call of an original."""
    for text in _texts(adapter.forward, name):
        for construction in case.constructions if case is not None else ():
            for call in construction.calls:
                yield from _value(text, call.arguments)


def _texts(adapted: tuple[Argument, ...], name: str) -> list[str]:
    """What an adapter gives for a parameter; one that lists nothing hands on what it is given."""
    return [item.value for item in adapted if item.name == name] if adapted else [name]


def _value(text: str, arguments: Mapping[str, CaseValue]) -> Iterator[CaseValue]:
    """The value of an adapter's text: an argument's, a literal's, or one that nobody knows; none where the argument was
    left out.
    """
    if text in arguments:
        yield arguments[text]
    elif text == "None" or literal_type(text):
        yield ast.literal_eval(text)
    elif not text.isidentifier():
        yield Named("")


def type_of(value: CaseValue) -> str:
    """The annotation for a value of a case, "" where it is an object that has no type of its own there."""
    match value:
        case None:
            return "None"
        case bool() | int() | float() | str():
            return type(value).__name__
        case TensorSpec() | Same():
            return "Tensor"
        case Listed(entries=entries):
            return _sequence("list[{}]", entries)
        case tuple():
            return _sequence("tuple[{}, ...]", value)
        case Named(name=name, arguments=arguments) if name.startswith("torch.nn.") and arguments is not None:
            return "nn.Module"
        case _:
            return ""


def _sequence(form: str, entries: tuple[CaseValue, ...]) -> str:
    kinds = {type_of(entry) for entry in entries}
    return form.format(kinds.pop()) if len(kinds) == 1 and "" not in kinds else ""


class _Retyping(cst.CSTTransformer):
    """Puts new annotations on the parameters of the outermost functions of these names."""

    def __init__(self, types: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__()
        self.types = types
        self.inside: list[str] = []

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.inside.append(node.name.value)

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        self.inside.pop()
        return updated_node

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        return False

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        types = self.types.get(self.inside[0], {}) if len(self.inside) == 1 else {}
        text = types.get(original_node.name.value)
        return updated_node if text is None else updated_node.with_changes(annotation=_annotation(text))


def _annotation(text: str) -> cst.Annotation:
    return cst.Annotation(expression(text))
