"""Which tensor of a component stands for which of its original's, found from what each is used for.

Names, order and shapes may all be the same and the tensors swapped; what they are multiplied with is not.
"""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from refactor_tools.prove.leaves import map_tensors, tensors
from refactor_tools.prove.role_graph import RoleGraph, UseRecorder
from refactor_tools.prove.role_matching import computes_the_same, match
from refactor_tools.prove.states import isolated, seed_all

Invoke = Callable[[nn.Module, Mapping[str, object]], object]


@dataclass(frozen=True, slots=True)
class PairedCall:
    """One call of both modules with the same `arguments`, which are known to both by these names."""

    arguments: Mapping[str, object]
    original: Invoke
    component: Invoke


@dataclass(frozen=True, slots=True)
class StateMap:
    """`pairs` are (component's key, original's key), in the component's order.

    `exact`: with them both modules compute the same in all calls. Otherwise they are what stands nearest, and those in
    `ambiguous`, (component's keys, original's keys), could as well be paired in another way. `unpaired` are keys of
    either side that have no counterpart.
    """

    pairs: tuple[tuple[str, str], ...]
    exact: bool
    ambiguous: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    unpaired: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def propose_state_map(original: nn.Module, component: nn.Module, calls: Sequence[PairedCall]) -> StateMap:
    """Pair parameters and buffers of two modules by their roles in all of `calls`, in training and in evaluation.

    Tensors that are used alike are interchangeable, and paired by name and order, if the pairs make both modules
    compute the same; if not, they are ambiguous. The modules are copied, and their values do not matter.
    """
    left, right = _graphs(original, component, calls)
    found = match(left, right)
    pairs = [pair for ours, theirs in found.pairs.items() for pair in _pair(left.leaves[ours], right.leaves[theirs])]
    order = [name for names in left.leaves.values() for name in names]
    ambiguous = tuple((_names(left, ours), _names(right, theirs)) for ours, theirs in found.ambiguous)
    named = {ours for ours, _ in pairs}, {theirs for _, theirs in pairs}
    unpaired = _others(left, named[0]), _others(right, named[1])
    pairs.sort(key=lambda pair: order.index(pair[0]))
    return StateMap(tuple(pairs), found.exact and not any(unpaired), ambiguous, unpaired)


def holds(
    original: nn.Module, component: nn.Module, calls: Sequence[PairedCall], legacy_key: Callable[[str], str]
) -> bool:
    """Whether both modules compute the same in all of `calls` under the key map `legacy_key`."""
    left, right = _graphs(original, component, calls)
    places = {name: leaf for leaf, names in right.leaves.items() for name in names}
    pairs = {leaf: places.get(legacy_key(names[0])) for leaf, names in left.leaves.items()}
    known = {leaf: place for leaf, place in pairs.items() if place is not None}
    return len(known) == len(pairs) and computes_the_same(left, right, known)


def _graphs(original: nn.Module, component: nn.Module, calls: Sequence[PairedCall]) -> tuple[RoleGraph, RoleGraph]:
    """The component's and the original's."""
    return (
        role_graph(component, [(call.component, call.arguments) for call in calls]),
        role_graph(original, [(call.original, call.arguments) for call in calls]),
    )


def role_graph(module: nn.Module, calls: Sequence[tuple[Invoke, Mapping[str, object]]]) -> RoleGraph:
    """What `module` computes in `calls`, until one raises."""
    with isolated(seed=0), torch.no_grad():
        copied = copy.deepcopy(module)
        _level(copied)
        recorder = UseRecorder(copied)
        for number, (invoke, arguments) in enumerate(calls):
            for training in (True, False):
                copied.train(training)
                _record(recorder, (number, training), copied, invoke, arguments)
    return recorder.graph


def _record(
    recorder: UseRecorder, call: object, module: nn.Module, invoke: Invoke, arguments: Mapping[str, object]
) -> None:
    given = {name: map_tensors(torch.clone, value) for name, value in arguments.items()}
    seed_all(0)
    recorder.begin(call, list(tensors(given)))
    with recorder:
        try:
            output = invoke(module, given)
        except Exception:  # noqa: BLE001 - what was computed until then tells roles apart all the same
            return
    recorder.end(list(tensors(output)))


def _level(module: nn.Module) -> None:
    """Give tensors of one shape one content, so that both sides take the same way where code asks about values."""
    generator = torch.Generator()
    for tensor in module.parameters():
        if tensor.is_floating_point():
            generator.manual_seed(tensor.numel())
            tensor.copy_(torch.randn(tensor.shape, generator=generator))


def _pair(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The names of one tensor on both sides; of tied ones by the words they share, then in order."""
    left = list(theirs)
    for name in ours:
        if left:
            nearest = max(left, key=lambda other: len(set(name.split(".")) & set(other.split("."))))
            left.remove(nearest)
            yield name, nearest


def _names(graph: RoleGraph, leaves: Sequence[int]) -> tuple[str, ...]:
    return tuple(name for leaf in leaves for name in graph.leaves[leaf])


def _others(graph: RoleGraph, named: set[str]) -> tuple[str, ...]:
    return tuple(name for names in graph.leaves.values() for name in names if name not in named)
