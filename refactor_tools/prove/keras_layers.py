"""Keras layers on the torch backend, as modules like any other: all that Keras does otherwise stands here.

A layer has `call` for `forward`, is told whether it trains, gets its weights with its first call, keeps them in
variables that torch numbers and sorts by itself, and copies itself by saving and loading.
"""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from operator import attrgetter
from typing import Any, NamedTuple

import torch
from torch import nn

from refactor_tools.model.proofs import Check
from refactor_tools.prove.leaves import map_arguments

NEEDS_KERAS = "needs keras: pip install 'refactor-tools[keras]'"

# A layer, a variable or another object of Keras, which this package knows only where the code under proof loads it.
Keras = Any


class Outcome(NamedTuple):
    """What a layer gives where it adds losses: they are computed as outputs are."""

    output: object
    losses: Sequence[object]


class KerasModule(nn.Module):
    """A `layer` as `make` makes them, with its weights as parameters by the attributes in which they stand.

    Before `settle` every call is made by a new layer, and there are no parameters.
    """

    def __init__(self, make: Callable[[], Keras], layer: Keras) -> None:
        super().__init__()
        self._make = make
        self._first: Callable[[nn.Module], object] | None = None
        # In a tuple, so that torch does not take them for parts of this module.
        self._layers: tuple[Keras, ...] = (layer,)
        self._variables: tuple[tuple[str, Keras], ...] = ()
        self.layer_attributes: tuple[str, ...] = ()
        vars(self)["forward"] = _entry(self, layer)

    @property
    def layer(self) -> Keras:
        """The layer that the next call is made by."""
        return self._layers[0] if self._first is not None else self._make()

    @property
    def weights(self) -> list[str]:
        """The names of the weights in the order of `get_weights` and of saved files."""
        names = {id(variable): name for name, variable in self._variables}
        return [names[id(weight)] for weight in self._layers[0].weights]

    def settle(self, first: Callable[[nn.Module], object]) -> None:
        """Make the weights by the call `first`, which is made in eval mode."""
        self._first = first
        with torch.no_grad():
            first(self.eval())
        layer = self._layers[0]
        self._variables = tuple(_named_variables(layer))
        for name, variable in self._variables:
            *parents, last = name.split(".")
            owner: nn.Module = self
            for parent in parents:
                if parent not in owner._modules:
                    owner.add_module(parent, nn.Module())
                owner = owner.get_submodule(parent)
            owner.register_parameter(last, variable.value)
        self.layer_attributes = tuple(_attributes(layer))
        self.train()

    def run(self, arguments: tuple[object, ...], keywords: dict[str, object]) -> object:
        """Call the layer with the parameters as they are now; tracing exchanges them for others."""
        layer = self.layer
        for name, variable in self._variables:
            variable._value = attrgetter(name)(self)
        output = layer(*arguments, **{**keywords, "training": self.training})
        if self._first is not None:
            # A call that leaves something behind in an attribute of the layer does so in one of this module.
            self.layer_attributes = tuple(_attributes(layer))
        losses = layer.losses
        return Outcome(output, losses) if losses else output

    def __deepcopy__(self, memo: dict[int, object]) -> "KerasModule":
        copied = KerasModule(self._make, self._make())
        if self._first is not None:
            copied.settle(self._first)
            for mine, theirs in zip(self.parameters(), copied.parameters(), strict=True):
                theirs.data = mine.detach().clone()
                theirs.requires_grad_(mine.requires_grad)
        return copied.train(self.training)


def wrapped(make: Callable[[], object]) -> object:
    """What `make` makes; a Keras layer as a module."""
    built = make()
    return KerasModule(make, built) if _is_layer(built) else built


def settled(
    module: nn.Module,
    call: Callable[[nn.Module, Mapping[str, object]], object],
    arguments: Mapping[str, object] | None,
) -> nn.Module:
    """`module` with its weights, which a Keras layer has after its first call, here with copies of `arguments`."""
    if isinstance(module, KerasModule) and arguments is not None:
        module.settle(lambda layer: call(layer, map_arguments(torch.clone, arguments)))
    return module


def entry_of(definition: Any) -> Callable[..., object] | None:
    """What a call of a class's instances runs: `call` of Keras layers, `forward` of modules; None for others."""
    found: Callable[..., object] | None = getattr(definition, "call" if is_layer_class(definition) else "forward", None)
    return found


def is_layer_class(definition: object) -> bool:
    """Whether `definition` is a class of Keras layers."""
    keras = sys.modules.get("keras")
    return keras is not None and inspect.isclass(definition) and issubclass(definition, keras.Layer)


def lacks_keras(error: BaseException) -> bool:
    """Whether code did not load because Keras is not installed."""
    return isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] == "keras"


def compare_layers(original: nn.Module, component: nn.Module, legacy_key: Callable[[str], str]) -> Iterator[Check]:
    """The structural checks that only Keras layers have; none for others."""
    if not (isinstance(original, KerasModule) and isinstance(component, KerasModule)):
        return
    ours, theirs = original.weights, list(map(legacy_key, component.weights))
    yield Check("weight order", ours == theirs, "" if ours == theirs else _out_of_order(ours, theirs))
    if lost := _lost_in_config(original.layer):
        yield Check("get_config", None, f"the original's does not come back either: {lost}")
    else:
        lost = _lost_in_config(component.layer)
        yield Check("get_config", not lost, lost)


def _entry(module: KerasModule, layer: Keras) -> Callable[..., object]:
    """`call` of the layer, without the flag that the mode of the module sets."""
    signature = inspect.signature(layer.call)
    parameters = [entry for entry in signature.parameters.values() if entry.name != "training"]

    @wraps(layer.call)
    def forward(*arguments: object, **keywords: object) -> object:
        return module.run(arguments, keywords)

    forward.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # `inspect` reads it
    return forward


def _is_layer(value: object) -> bool:
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(value, keras.Layer)


def _named_variables(layer: Keras) -> Iterator[tuple[str, Keras]]:
    """All variables in the layer's order, by the path of attributes under which they are found first."""
    keras = sys.modules["keras"]
    names: dict[int, str] = {}
    for name, variable in _found(layer, "", _Kinds(keras)):
        names.setdefault(id(variable), name)
    taken: set[str] = set()
    for variable in layer.variables:
        plain = names.get(id(variable), str(variable.path).replace("/", "."))
        name, number = plain, 2
        while name in taken:
            name, number = f"{plain}_{number}", number + 1
        taken.add(name)
        yield name, variable


class _Kinds:
    """The classes to look for, and the attributes in which Keras and torch keep their own books."""

    def __init__(self, keras: Keras) -> None:
        self.variable, self.layer, self.seeds = keras.Variable, keras.Layer, keras.random.SeedGenerator
        self.internal = frozenset({*vars(keras.Layer()), "_torch_params", "_losses", "_loss_ids"})


def _found(value: Keras, path: str, kinds: _Kinds) -> Iterator[tuple[str, Keras]]:
    if isinstance(value, kinds.variable):
        yield path, value
    elif isinstance(value, kinds.seeds):
        yield f"{path}.state", value.state
    elif isinstance(value, kinds.layer):
        for name, entry in _own(value, kinds):
            yield from _found(entry, f"{path}.{name.lstrip('_')}" if path else name.lstrip("_"), kinds)
    elif isinstance(value, list | tuple):
        for number, entry in enumerate(value):
            yield from _found(entry, f"{path}.{number}", kinds)
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _found(entry, f"{path}.{str(key).replace('.', '_')}", kinds)


def _own(layer: Keras, kinds: _Kinds) -> Iterator[tuple[str, Keras]]:
    """The attributes that the code of a layer set; torch keeps those that are modules apart."""
    held = {**vars(layer), **layer._modules}
    yield from ((name, value) for name, value in held.items() if name not in kinds.internal)


def _attributes(layer: Keras) -> Iterator[str]:
    """What each attribute of the layer and its sublayers holds, in words that change when it does."""
    kinds = _Kinds(sys.modules["keras"])
    for part in layer._flatten_layers():
        for name, value in _own(part, kinds):
            plain = value is None or isinstance(value, int | float | str)
            yield f"{part.name}.{name} = {value!r}" if plain else f"{part.name}.{name} at {id(value)}"


def _lost_in_config(layer: Keras) -> str:
    """Why a layer made of its own config is not as the layer; "" where it is."""
    try:
        config = layer.get_config()
        again = type(layer).from_config(config).get_config()
    except Exception as error:  # noqa: BLE001 - what a layer raises here is what is asked
        return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    lost = [name for name in {**config, **again} if repr(config.get(name)) != repr(again.get(name))]
    return f"{lost[0]} is {config.get(lost[0])!r}, and {again.get(lost[0])!r} in a layer of that config" if lost else ""


def _out_of_order(ours: list[str], theirs: list[str]) -> str:
    for place, (our, their) in enumerate(zip(ours, theirs, strict=False)):
        if our != their:
            return f"at place {place} the original has {our}, the component {their}"
    return f"the original has {len(ours)} weights, the component {len(theirs)}"
