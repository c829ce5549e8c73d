"""Components that are written out inside larger classes, found by containment of their data flow."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from refactor_tools.clones.containment import Place, places
from refactor_tools.clones.fingerprints import Fingerprint
from refactor_tools.clones.forms import role_word
from refactor_tools.clones.layers import UNKNOWN
from refactor_tools.clones.relations import Relations
from refactor_tools.clones.steps import Steps
from refactor_tools.model.families import Implicit
from refactor_tools.model.prints import Flow

# A component says enough from this weight on and with as many steps: a linear layer and an activation do not. Larger
# ones than `_MOST_STEPS` are models.
_LEAST_WEIGHT, _LEAST_STEPS, _MOST_STEPS = 13, 3, 30
# The share of a component's weight that must stand in its holder, and of its pairs of steps that feed each other.
_LEAST_SHARE, _LEAST_EDGES = 0.9, 0.6
# A component that weighs less than this must stand there whole.
_WHOLE_WEIGHT = 15
# What a holder computes beside the component, as a share of the component's weight; more where the component has many
# steps, since two models differ in as much.
_LEAST_BESIDE, _LEAST_BESIDE_MANY, _MANY = 0.3, 1.0, 12
# A pair of steps that more flows have tells little; it is looked up only if a component has no rarer ones.
_CROWD = 500
# More than this share of a component's weight in modules of the project makes it an assembly, and two assemblies of the
# same parts are two models.
_MOST_OWN = 0.3
_MAIN = frozenset({"forward", "call"})


@dataclass(frozen=True, slots=True)
class _Standing:
    """A flow of a definition."""

    owner: Fingerprint
    flow: Flow


@dataclass(frozen=True, slots=True)
class _Found:
    implicit: Implicit
    weight: float
    distance: int
    steps: frozenset[tuple[str, int]]


def find_implicit(found: Sequence[Fingerprint], steps: Mapping[str, Steps], related: Relations) -> tuple[Implicit, ...]:
    """Modules and functions that are written out inside modules, by the holder's id and line; `steps` by `Flow.steps`.

    Each place is reported once, for the largest component that stands there; of components that compute the same, the
    one nearest to the holder speaks for all.
    """
    holders: dict[str, list[_Standing]] = defaultdict(list)
    components: dict[str, list[_Standing]] = defaultdict(list)
    modules = frozenset(owner.definition.name for owner in found if owner.definition.is_module)
    for owner in found:
        for flow in owner.flows:
            if owner.definition.is_module:
                holders[flow.steps].append(_Standing(owner, flow))
            if is_component(owner, flow, steps[flow.steps]) and not _is_assembly(steps[flow.steps], modules):
                components[flow.steps].append(_Standing(owner, flow))
    by_holder: dict[str, list[_Found]] = defaultdict(list)
    for small, large in _candidates(components, holders, steps):
        least = _LEAST_SHARE if steps[small].weight >= _WHOLE_WEIGHT else 1.0
        for place in places(steps[small], steps[large], least):
            for one in _reported(place, components[small], holders[large], related, steps):
                by_holder[one.implicit.holder].append(one)
    kept = (one for holder in sorted(by_holder) for one in _largest(by_holder[holder]))
    return tuple(sorted(kept, key=lambda one: (one.holder, one.line, one.component)))


def is_component(owner: Fingerprint, flow: Flow, steps: Steps) -> bool:
    """Whether the flow is all that its owner computes, and enough of it."""
    definition = owner.definition
    if definition.kind == "class" and not (definition.is_module and flow.method in _MAIN):
        return False
    if not _LEAST_STEPS <= len(steps.needed) <= _MOST_STEPS or steps.core < 0:
        return False
    if any(steps.labels[step] == UNKNOWN for step in steps.needed):
        return False
    telling = [step for step in steps.needed if steps.weights[step] > 1]
    return len(telling) >= _LEAST_STEPS and steps.weight >= _LEAST_WEIGHT


def _is_assembly(steps: Steps, modules: frozenset[str]) -> bool:
    own = sum(steps.weights[step] for step in steps.needed if steps.labels[step] in modules)
    return own > _MOST_OWN * steps.weight


def _candidates(
    components: Mapping[str, object], holders: Mapping[str, object], steps: Mapping[str, Steps]
) -> Iterator[tuple[str, str]]:
    """Flows that share most pairs of steps that feed each other."""
    texts = sorted(holders)
    having: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        for edge in steps[text].edges:
            having[edge].append(number)
    for small in sorted(components):
        edges = steps[small].edges
        rare = [edge for edge in edges if len(having[edge]) <= _CROWD] or sorted(edges)[:1]
        counts: Counter[int] = Counter()
        for edge in rare:
            counts.update(having[edge])
        least = ceil(_LEAST_EDGES * len(rare))
        for number in sorted(counts):
            if counts[number] >= least:
                yield small, texts[number]


def _reported(
    place: Place,
    components: Sequence[_Standing],
    holders: Sequence[_Standing],
    related: Relations,
    steps: Mapping[str, Steps],
) -> Iterator[_Found]:
    for holder in holders:
        if any(related(one.owner, holder.owner) for one in components):
            continue
        larger = [one for one in components if _is_larger(holder, one, steps)]
        if larger:
            component = min(larger, key=lambda one: (_distance(one, holder), one.owner.definition.id))
            yield _found(component, holder, place, steps[component.flow.steps].weight)


def _is_larger(holder: _Standing, component: _Standing, steps: Mapping[str, Steps]) -> bool:
    """Whether the holder is a larger thing than the component, not another form of it."""
    a, b = component.owner, holder.owner
    if a.definition.framework and b.definition.framework and a.definition.framework != b.definition.framework:
        return False
    same = component.flow.steps == holder.flow.steps and holder.flow.method in _MAIN
    if same or role_word(a.role) == role_word(b.role):
        return False
    large = sum(sum(steps[flow.steps].weights) for flow in b.flows)
    small = steps[component.flow.steps]
    return large >= small.weight * (1 + (_LEAST_BESIDE if len(small.needed) <= _MANY else _LEAST_BESIDE_MANY))


def _distance(component: _Standing, holder: _Standing) -> int:
    """How far two definitions are from each other: by file, then by how many folders they share."""
    a, b = component.owner.definition, holder.owner.definition
    if a.path == b.path:
        return -1_000
    common = 0
    for left, right in zip(a.path.split("/")[:-1], b.path.split("/")[:-1], strict=False):
        if left != right:
            break
        common += 1
    return -common


def _found(component: _Standing, holder: _Standing, place: Place, weight: int) -> _Found:
    flow = holder.flow
    lines = {step: flow.lines[step] for step in place.steps}
    written = [line for line in lines.values() if flow.method and flow.line <= line <= flow.end_line]
    at = written or sorted(lines.values())
    implicit = Implicit(
        component=component.owner.definition.id,
        holder=holder.owner.definition.id,
        line=min(at),
        end_line=max(at),
        similarity=round(place.share, 2),
        how="statements" if written else "sequential",
    )
    # Steps of an inline sequence are told by their lines: they may be met in two flows.
    steps = {(flow.method, step) if line in written else ("", line) for step, line in lines.items()}
    return _Found(implicit, weight * place.share, _distance(component, holder), frozenset(steps))


def _largest(found: Iterable[_Found]) -> Iterator[Implicit]:
    """Of components that stand in one place the largest, the nearest among equals."""
    taken: set[tuple[str, int]] = set()
    for one in sorted(found, key=lambda one: (-one.weight, one.distance, one.implicit.line, one.implicit.component)):
        if 2 * len(one.steps & taken) < len(one.steps):
            taken |= one.steps
            yield one.implicit
