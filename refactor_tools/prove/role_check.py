"""Says where the adapter's key map and the roles of the tensors disagree."""

from collections.abc import Callable, Iterator

from torch import nn
from torch.nn.parameter import is_lazy

from refactor_tools.prove.adapting import Arguments, Subject
from refactor_tools.prove.pairs import build_component, build_original
from refactor_tools.prove.roles import PairedCall, StateMap, holds, propose_state_map
from refactor_tools.prove.scenarios import Setting

_SHOWN = 6


def check_roles(subject: Subject, setting: Setting) -> str:
    """Tensors that play each other's parts under the adapter's key map; where the keys have no counterparts, the map
    that the roles propose; "" where the map is right or the roles do not tell.

    Raises:
        LegacyError, ComponentError: a side cannot be built.
    """
    original, component = build_original(subject, setting).module, build_component(subject, setting).module
    if any(map(is_lazy, (*original.parameters(), *component.parameters()))):
        return ""
    calls = [
        PairedCall(scenario.arguments, _calling(subject.call_original), _calling(subject.call_component))
        for scenario in setting.scenarios
        if not scenario.edge
    ]
    if not calls:
        return ""
    keys = {key: subject.legacy_key(key) for key, _ in _named(component)}
    if sorted(keys.values()) != sorted(key for key, _ in _named(original)):
        return proposal(propose_state_map(original, component, calls))
    if holds(original, component, calls, subject.legacy_key):
        return ""
    return misplaced(keys, propose_state_map(original, component, calls))


def misplaced(keys: dict[str, str], found: StateMap) -> str:
    """Which of the original's tensors stand in each other's places; only an exact map is trusted."""
    wrong = {keys[key]: legacy for key, legacy in found.pairs if keys[key] != legacy} if found.exact else {}
    return "; ".join(_cycles(wrong))


def proposal(found: StateMap) -> str:
    """A key map as words: as the adapter's `state`, where first parts of keys are enough."""
    heads = state_of(found)
    pairs = heads if heads is not None else tuple(pair for pair in found.pairs if pair[0] != pair[1])
    if not found.pairs:
        said = "their roles pair no keys"
    elif not pairs:
        said = "by their roles the keys that both sides have correspond"
    else:
        shown = ", ".join(f"{key}: {legacy}" for key, legacy in pairs[:_SHOWN])
        more = f" and {len(pairs) - _SHOWN} more" if len(pairs) > _SHOWN else ""
        kind = "`state: {" + shown + "}`" if heads is not None else shown
        said = f"by their roles the key map is {kind}{more}"
    return "; ".join((said, *_doubts(found)))


def state_of(found: StateMap) -> tuple[tuple[str, str], ...] | None:
    """The map as an adapter's `state`: pairs of first parts that differ. None where these do not say it all."""
    heads: dict[str, str] = {}
    for key, legacy in found.pairs:
        (head, _, rest), (legacy_head, _, legacy_rest) = key.partition("."), legacy.partition(".")
        if rest != legacy_rest or heads.setdefault(head, legacy_head) != legacy_head:
            return None
    return tuple((head, legacy) for head, legacy in heads.items() if head != legacy)


def _cycles(wrong: dict[str, str]) -> Iterator[str]:
    """A permutation as words."""
    left, said = dict(wrong), False
    while left:
        start = next(iter(left))
        cycle = [start]
        while (following := left.pop(cycle[-1], start)) != start:
            cycle.append(following)
        if len(cycle) > 2:
            yield f"parameters {', '.join(cycle)} stand in each other's places, each in that of the next"
        elif said:
            yield f"so are {cycle[0]} and {cycle[1]}"
        else:
            yield f"parameters {cycle[0]} and {cycle[1]} are swapped"
        said = len(cycle) == 2


def _doubts(found: StateMap) -> Iterator[str]:
    for ours, theirs in found.ambiguous:
        yield f"{', '.join(ours)} and {', '.join(theirs)} are used alike: their map is ambiguous"
    ours, theirs = found.unpaired
    unsure = {name for sides in found.ambiguous for names in sides for name in names}
    if alone := [name for name in ours if name not in unsure]:
        yield f"nothing in the original plays the part of {', '.join(alone[:_SHOWN])}"
    if alone := [name for name in theirs if name not in unsure]:
        yield f"nothing in the component plays the part of {', '.join(alone[:_SHOWN])}"


def _named(module: nn.Module) -> list[tuple[str, object]]:
    return [*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False)]


def _calling(call: Callable[[nn.Module | None, Arguments], object]) -> Callable[[nn.Module, Arguments], object]:
    return call
