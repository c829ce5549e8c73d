"""A candidate with the parameters that a migration map asks for: other names, another order, other defaults."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.facts import Parameter
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.body import parameters_node
from refactor_tools.unify.members import forward_of, method
from refactor_tools.unify.parameters import NewParameter
from refactor_tools.unify.plan import Candidate
from refactor_tools.unify.rewriting import rename
from refactor_tools.unify.syntax import code

_REQUIRED_KINDS = ("positional-only", "positional")


@dataclass(frozen=True, slots=True)
class ParameterChoices:
    """`rename` maps a proposed name to the final one, of the constructor's parameters or `forward`'s; `order` are the
    constructor's that come first and `defaults` source texts, both by final names. A function has one signature.
    """

    rename: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)


AS_PROPOSED = ParameterChoices()


def with_choices(candidate: Candidate, choices: ParameterChoices) -> Candidate | Refusal:
    """The candidate as chosen; its adapters still make of it what every member was."""
    if choices == AS_PROPOSED:
        return candidate
    refusal = _unknown(candidate, choices) or _taken(candidate, choices.rename)
    if refusal is not None:
        return refusal
    named = _renamed(candidate, choices.rename)
    is_class = candidate.members[0].is_class
    own = _ordered(_defaulted(named.constructor if is_class else named.forward, choices.defaults), choices.order)
    late = _late(own)
    if late:
        return Refusal(f"`{late}` has no default and would come after parameters that have one")
    constructor, forward = (own, named.forward) if is_class else ((), own)
    return replace(
        named,
        node=_with_signatures(named.node, constructor, forward),
        constructor=constructor,
        forward=forward,
        parameters=_parameters(named.parameters, own),
        adapters=tuple(_filled(adapter, named, choices.defaults) for adapter in named.adapters),
        verbatim=tuple(
            same and (constructor, forward) == (candidate.constructor, candidate.forward) for same in candidate.verbatim
        ),
    )


def _unknown(candidate: Candidate, choices: ParameterChoices) -> Refusal | None:
    """A name of the choices that is no parameter's."""
    own = [item.name for item in (candidate.constructor if candidate.members[0].is_class else candidate.forward)]
    every = list(dict.fromkeys([*own, *(item.name for item in candidate.forward)]))
    final = [choices.rename.get(name, name) for name in own]
    for key, names, known in (
        ("rename", choices.rename, every),
        ("order", choices.order, final),
        ("defaults", choices.defaults, final),
    ):
        for name in names:
            if name not in known:
                return Refusal(f"`{key}` names `{name}`, which is none of its parameters", (("parameters", *known),))
    return None


def _taken(candidate: Candidate, names: Mapping[str, str]) -> Refusal | None:
    """A new name that stands for something else already, or an old one that does so inside."""
    final = list(names.values())
    for function in _functions(candidate.node):
        tree = ast.parse(code(function))
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        inner = [node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)]
        for old, new in names.items():
            clash = new in used or new in inner or final.count(new) > 1 or inner.count(old) > 1
            if old != new and clash and (old in used or old in inner):
                return Refusal(f"`rename` gives `{old}` the name `{new}`, which stands for something else there")
    return None


def _functions(node: cst.ClassDef | cst.FunctionDef) -> list[cst.FunctionDef]:
    """Whose parameters can be named: the constructor and `forward`, or the function itself."""
    if isinstance(node, cst.FunctionDef):
        return [node]
    return [function for function in (method(node, "__init__"), forward_of(node)) if function is not None]


def _renamed(candidate: Candidate, names: Mapping[str, str]) -> Candidate:
    node = candidate.node
    for function in _functions(node):
        node = _replaced(node, function, function.with_changes(body=rename(function.body, names)))
    return replace(
        candidate,
        node=node,
        parameters=tuple(replace(item, name=names.get(item.name, item.name)) for item in candidate.parameters),
        constructor=_named(candidate.constructor, names),
        forward=_named(candidate.forward, names),
        adapters=tuple(
            replace(one, init=_passed(one.init, names), forward=_passed(one.forward, names))
            for one in candidate.adapters
        ),
    )


def _named(parameters: Sequence[Parameter], names: Mapping[str, str]) -> tuple[Parameter, ...]:
    return tuple(replace(item, name=names.get(item.name, item.name)) for item in parameters)


def _passed(arguments: Sequence[Argument], names: Mapping[str, str]) -> tuple[Argument, ...]:
    return tuple(Argument(names.get(item.name, item.name), item.value) for item in arguments)


def _defaulted(parameters: Sequence[Parameter], defaults: Mapping[str, str]) -> tuple[Parameter, ...]:
    """With other defaults; what becomes optional that way is keyword-only, as every optional parameter."""
    return tuple(
        replace(
            item,
            default=defaults.get(item.name, item.default),
            kind="keyword-only" if item.required and item.name in defaults else item.kind,
        )
        for item in parameters
    )


def _ordered(parameters: Sequence[Parameter], order: Sequence[str]) -> tuple[Parameter, ...]:
    """Those in `order` first; what may be given by position still comes before what may not."""
    place = {name: index for index, name in enumerate(order)}
    return tuple(
        sorted(parameters, key=lambda item: (item.kind not in _REQUIRED_KINDS, place.get(item.name, len(place))))
    )


def _late(parameters: Sequence[Parameter]) -> str:
    """A parameter without a default behind one that has one, where Python wants it in front."""
    optional = False
    for item in parameters:
        if item.kind in _REQUIRED_KINDS:
            if optional and item.default is None:
                return item.name
            optional = optional or item.default is not None
    return ""


def _parameters(parameters: Sequence[NewParameter], own: Sequence[Parameter]) -> tuple[NewParameter, ...]:
    """In the signature's order, with its defaults."""
    by_name = {item.name: item for item in parameters}
    return tuple(replace(by_name[item.name], default=item.default) for item in own if item.name in by_name)


def _filled(adapter: Adapter, named: Candidate, defaults: Mapping[str, str]) -> Adapter:
    """With the value that a default had before, where a member relied on it."""
    is_class = named.members[0].is_class
    before = {item.name: item.default for item in (named.constructor if is_class else named.forward)}
    given = {item.name for item in (adapter.init if is_class else adapter.forward)}
    added = tuple(
        Argument(name, old)
        for name in defaults
        if name not in given and (old := before[name]) is not None and old != defaults[name]
    )
    if is_class:
        return replace(adapter, init=(*adapter.init, *added))
    return replace(adapter, forward=(*adapter.forward, *added))


def _with_signatures(
    node: cst.ClassDef | cst.FunctionDef, constructor: Sequence[Parameter], forward: Sequence[Parameter]
) -> cst.ClassDef | cst.FunctionDef:
    for function in _functions(node):
        is_constructor = isinstance(node, cst.ClassDef) and function.name.value == "__init__"
        params = parameters_node(constructor if is_constructor else forward, method=isinstance(node, cst.ClassDef))
        node = _replaced(node, function, function.with_changes(params=params))
    return node


def _replaced(
    node: cst.ClassDef | cst.FunctionDef, old: cst.FunctionDef, new: cst.FunctionDef
) -> cst.ClassDef | cst.FunctionDef:
    if isinstance(node, cst.FunctionDef):
        return new
    body = [new if item is old else item for item in node.body.body]
    return node.with_changes(body=node.body.with_changes(body=body))
