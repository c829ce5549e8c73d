"""Runs of layers that several classes write out, with no component that stands for them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from refactor_tools.clones.fingerprints import Fingerprint
from refactor_tools.clones.implicit import is_component
from refactor_tools.clones.operations import weight_of
from refactor_tools.clones.relations import Relations
from refactor_tools.clones.steps import Steps
from refactor_tools.model.families import Pattern, Place
from refactor_tools.model.prints import Flow

# How many layers a run has, how much they weigh together, and how many of them have parameters.
_SHORTEST, _LONGEST = 3, 10
_LEAST_WEIGHT, _LEAST_LAYERS = 13, 2
_LEAST_PLACES = 3
# Sums and the like are wiring, layers and activations are not.
_LEAST_TELLING = 3
# A component stands for the runs that are this share of it.
_MOST_OF_IT = 0.65

Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Run:
    """Steps of a method or inline sequence that each work on the result of the one before alone."""

    owner: Fingerprint
    flow: Flow
    steps: tuple[int, ...]

    @property
    def place(self) -> Place:
        lines = [self.flow.lines[step] for step in self.steps]
        return Place(self.owner.definition.id, min(lines), max(lines))


def find_patterns(found: Sequence[Fingerprint], steps: Mapping[str, Steps], related: Relations) -> tuple[Pattern, ...]:
    """Candidates for new components, the most weighty first: runs in at least three unrelated modules.

    A run that a component is made of, or that holds all of a component, is none; of runs inside one another with the
    same places only the longest is.
    """
    runs: dict[Labels, list[_Run]] = defaultdict(list)
    known: set[Labels] = set()
    for owner in found:
        for flow in owner.flows:
            own = steps[flow.steps]
            component = is_component(owner, flow, own)
            if owner.definition.is_module or component:
                for run in _runs(owner, flow, own):
                    labels = tuple(own.labels[step] for step in run.steps)
                    runs[labels].append(run)
                    if component and sum(map(weight_of, labels)) >= _MOST_OF_IT * own.weight:
                        known.add(labels)
    patterns = [
        (labels, frozenset(run.place for run in every))
        for labels, every in runs.items()
        if not any(labels[a:b] in known for a, b in _inside(labels)) and _are_apart(every, related)
    ]
    patterns.sort(key=lambda pattern: (-sum(map(weight_of, pattern[0])), pattern[0]))
    return tuple(
        Pattern(", ".join(labels), tuple(sorted(places, key=lambda place: (place.holder, place.line))))
        for labels, places in _longest(patterns)
    )


def _runs(owner: Fingerprint, flow: Flow, steps: Steps) -> Iterator[_Run]:
    for chain in _chains(steps):
        for start, end in _spans([steps.labels[step] for step in chain]):
            yield _Run(owner, flow, chain[start:end])


def _chains(steps: Steps) -> Iterator[tuple[int, ...]]:
    """The longest runs of layers and telling operations."""
    before: dict[int, int] = {}
    for step, operands in enumerate(steps.operands):
        source = operands[0]
        if len(operands) == 1 and source >= 0 and _tells(steps.labels[source]) and _tells(steps.labels[step]):
            before[step] = source
    followed = set(before.values())
    for end in range(len(steps.labels)):
        if end in before and end not in followed:
            chain = [end]
            while chain[-1] in before:
                chain.append(before[chain[-1]])
            yield tuple(reversed(chain))


def _tells(label: str) -> bool:
    return label[:1].isupper() or "dropout" in label or weight_of(label) >= _LEAST_TELLING


def _spans(labels: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The parts of a run that are weighty enough and begin with more than a dropout."""
    for start in (start for start, label in enumerate(labels) if "dropout" not in label):
        for end in range(start + _SHORTEST, min(len(labels), start + _LONGEST) + 1):
            part = labels[start:end]
            layers = sum(label[:1].isupper() for label in part)
            if layers >= _LEAST_LAYERS and sum(map(weight_of, part)) >= _LEAST_WEIGHT:
                yield start, end


def _inside(labels: Labels) -> Iterator[tuple[int, int]]:
    return ((a, b) for a in range(len(labels)) for b in range(a + _SHORTEST, len(labels) + 1))


def _are_apart(runs: Sequence[_Run], related: Relations) -> bool:
    """Whether enough of the runs stand in modules that are no copies of each other."""
    kept: list[_Run] = []
    for run in runs if len(runs) >= _LEAST_PLACES else ():
        if not any(one.owner.role == run.owner.role or related(one.owner, run.owner) for one in kept):
            kept.append(run)
            if len(kept) == _LEAST_PLACES:
                return True
    return False


def _longest(patterns: Sequence[tuple[Labels, frozenset[Place]]]) -> Iterator[tuple[Labels, frozenset[Place]]]:
    """Without the runs that stand in a longer one wherever they stand; the longer ones come first."""
    taken: list[tuple[Labels, frozenset[str]]] = []
    for labels, places in patterns:
        holders = frozenset(place.holder for place in places)
        if not any(_holds(other, labels) and 2 * len(holders & theirs) > len(holders) for other, theirs in taken):
            taken.append((labels, holders))
            yield labels, places


def _holds(longer: Labels, shorter: Labels) -> bool:
    return any(longer[start : start + len(shorter)] == shorter for start in range(len(longer) - len(shorter) + 1))
