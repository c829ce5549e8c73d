"""Builds and calls both sides from legacy arguments: the original as it is, the component through the adapter."""

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Literal

from torch import nn

from refactor_tools.model.adapters import Adapter, Argument, exchanged
from refactor_tools.prove.keras_layers import entry_of, wrapped

Arguments = Mapping[str, object]
Callee = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Subject:
    """An original and its component, loaded, with the adapter between them.

    `names` are the globals of the original's module, which adapter expressions may use.
    """

    kind: Literal["class", "function"]
    original: Callee
    component: Callee
    adapter: Adapter
    names: Arguments = field(default_factory=dict)

    def build_original(self, arguments: Arguments) -> nn.Module:
        """The original with copies of `arguments`, which constructors may keep and change."""
        return _as_module(lambda: call_with(self.original, copy.deepcopy(arguments)))

    def build_component(self, arguments: Arguments) -> nn.Module:
        """The component with what the adapter makes of copies of `arguments`."""
        return _as_module(lambda: self._component_of(copy.deepcopy(arguments)))

    def call_original(self, module: nn.Module | None, arguments: Arguments) -> object:
        return _invoke(module, self.original, arguments)

    def call_component(self, module: nn.Module | None, arguments: Arguments) -> object:
        accepting = self.component if module is None else module.forward
        values = self._values(self.adapter.forward, accepting, self.entry, arguments)
        if values is None:
            return _invoke(module, self.component, arguments)
        return self.component(**values) if module is None else module(**values)

    def _component_of(self, arguments: Arguments) -> object:
        values = self._values(self.adapter.init, self.component, self.original, arguments)
        return call_with(self.component, arguments) if values is None else self.component(**values)

    @property
    def entry(self) -> Callee:
        """What is called of the original: `forward`, unbound, or the function itself."""
        return (entry_of(self.original) or self.original) if self.kind == "class" else self.original

    def legacy_key(self, key: str) -> str:
        """A component's state key as the original calls it: its longest listed part in front is exchanged."""
        parts = key.split(".")
        length, new = exchanged(parts, dict(self.adapter.state))
        return ".".join((*new, *parts[length:]))

    def _values(
        self, adapted: Sequence[Argument], accepting: Callee, legacy: Callee, arguments: Arguments
    ) -> dict[str, object] | None:
        """The component's keyword arguments, or None where the legacy call is passed on as it is.

        An adapter that lists nothing passes the call on if the component takes the legacy parameters by their names.
        """
        if adapted:
            bound = bind(legacy, arguments, skip_self=self.kind == "class" and legacy is self.entry)
            return {argument.name: evaluate(argument.value, bound, self.names) for argument in adapted}
        accepted = inspect.signature(accepting).parameters
        return None if arguments and all(name in accepted for name in arguments) else {}


def with_attributes(component: Callee, subject: Subject) -> Callee:
    """The component with the class attributes of the original, as a subclass under the same name."""
    adapted = subject.adapter.attributes
    if not adapted or not isinstance(component, type):
        return component
    values = {item.name: evaluate(item.value, {}, subject.names) for item in adapted}
    held = {"__module__": component.__module__, "__qualname__": component.__qualname__, "__doc__": component.__doc__}
    return type(component.__name__, (component,), {**held, **values})


def bind(function: Callee, arguments: Arguments, *, skip_self: bool = False) -> dict[str, object]:
    """All of `function`'s parameters with their values: those given, and the defaults of the others."""
    signature = signature_of(function, skip_self=skip_self)
    positional, keywords = as_call(signature, arguments)
    bound = signature.bind(*positional, **keywords)
    bound.apply_defaults()
    return dict(bound.arguments)


def signature_of(function: Callee, *, skip_self: bool = False) -> inspect.Signature:
    """The signature, without its first parameter where `function` is a method fetched from its class."""
    signature = inspect.signature(function)
    return signature.replace(parameters=list(signature.parameters.values())[1:]) if skip_self else signature


def as_call(
    signature: inspect.Signature, arguments: Arguments, *, by_position: bool = False
) -> tuple[tuple[object, ...], dict[str, object]]:
    """Arguments by name as a call: everything by keyword, or by position up to the last that is given.

    Between positions that are given, the parameters' defaults stand.
    """
    kinds = inspect.Parameter
    places = [entry for entry in signature.parameters.values() if entry.kind in _POSITIONAL]
    if not by_position:
        places = [entry for entry in places if entry.kind is kinds.POSITIONAL_ONLY]
    while places and places[-1].name not in arguments:
        places.pop()
    positional = [arguments.get(entry.name, entry.default) for entry in places]
    keywords = {name: value for name, value in arguments.items() if name not in {entry.name for entry in places}}
    for name, parameter in signature.parameters.items():
        if name in keywords and parameter.kind is kinds.VAR_POSITIONAL:
            entries = keywords.pop(name)
            positional += entries if isinstance(entries, tuple) else (entries,)
        elif name in keywords and parameter.kind is kinds.VAR_KEYWORD:
            extra = keywords.pop(name)
            keywords.update(vars(extra) if isinstance(extra, SimpleNamespace) else _mapping(extra))
    return tuple(positional), keywords


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError(f"the arguments of **kwargs must be a mapping, not {type(value).__name__}")
    return value


def call_with(function: Callee, arguments: Arguments, *, by_position: bool = False) -> object:
    positional, keywords = as_call(signature_of(function), arguments, by_position=by_position)
    return function(*positional, **keywords)


def _invoke(module: nn.Module | None, function: Callee, arguments: Arguments) -> object:
    if module is None:
        return call_with(function, arguments)
    positional, keywords = as_call(signature_of(module.forward), arguments)
    return module(*positional, **keywords)


def evaluate(expression: str, legacy: Arguments, names: Arguments) -> object:
    """The value of an adapter's expression over the legacy parameters and the legacy module's names."""
    if expression in legacy:
        return legacy[expression]
    # One namespace, because a comprehension sees globals only.
    return eval(expression, {**names, **legacy})


def _as_module(make: Callable[[], object]) -> nn.Module:
    built = wrapped(make)
    if not isinstance(built, nn.Module):
        raise TypeError(f"{type(built).__name__} is no torch.nn.Module")
    return built
