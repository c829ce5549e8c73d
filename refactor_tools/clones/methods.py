"""Methods that otherwise different classes share: what a mixin or a function could be."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TypeVar

from refactor_tools.clones.cliques import Pair, cliques
from refactor_tools.clones.fingerprints import Fingerprint
from refactor_tools.clones.likeness import Comparer
from refactor_tools.clones.relations import standing
from refactor_tools.clones.substance import is_data
from refactor_tools.model.families import Family, Likeness
from refactor_tools.model.prints import MethodPrint, Part
from refactor_tools.scan.memo import Memo, digest_of

# Getters, setters and calls that pass on weigh less than this.
_LEAST_WEIGHT = 5
# Two classes that share so many of those have a mixin between them.
_LEAST_SHARED = 3
# A method that neither works nor weighs this much may be equal to another but for names by chance: two lines of wiring.
_LEAST_WORK, _LEAST_WIRING = 12, 18
# How alike near copies of a method are to the medoid, and to each other.
_LEAST, _SLACK = 0.85, 0.05
# Near copies are looked for among methods of one name that share statements which at most so many others have.
_RARE = 24


@dataclass(frozen=True, slots=True)
class _Method:
    """A method with its class and its statements."""

    id: str
    owner: Fingerprint
    made: MethodPrint
    part: Part


Group = Sequence[_Method]
Edge = tuple[int, int, float, float]
K = TypeVar("K")


def method_families(
    found: Sequence[Fingerprint], families: Sequence[Family], root: Path | None
) -> Iterator[tuple[float, Family]]:
    """Families of methods with what each repeats (the rank among families); near pairs are kept for the tree at `root`.

    A family has members of at least two classes that do not stand together in one of `families`.
    """
    groups = _grouped(found)
    if not groups:
        return
    memo = Memo(root, "methods", list[Edge])
    near = memo.get(_digest(groups), lambda: list(_near(groups, Comparer(found[0].forms))))
    memo.store()
    edges = {(left, right): (strength, similarity) for left, right, strength, similarity in near}
    numbers = standing(families)
    covered: set[int] = set()
    for clique in cliques({pair: strength for pair, (strength, _) in edges.items()}, [len(g) for g in groups], _LEAST):
        covered.update(clique.members)
        pairs = combinations(sorted(clique.members), 2)
        similarity = min(edges[pair][1] for pair in pairs)
        yield from _family([groups[index] for index in clique.members], similarity, numbers)
    for index, group in enumerate(groups):
        if index not in covered and len(group) > 1:
            yield from _family([group], 1.0, numbers)


def _grouped(found: Iterable[Fingerprint]) -> list[Group]:
    """Methods that are equal, all that do something also but for names, in groups of one name and one framework."""
    alike: dict[tuple[str, str, bool], list[_Method]] = defaultdict(list)
    small: dict[tuple[str, str, bool], list[_Method]] = defaultdict(list)
    for method in _methods(found):
        made = method.made
        digest = made.renamed if _says_something(made) else made.exact
        (alike if made.weight >= _LEAST_WEIGHT else small)[made.name, digest, _is_keras(method.owner)].append(method)
    alike.update(_of_mates(small))
    return [tuple(sorted(group, key=lambda method: method.id)) for _, group in sorted(alike.items())]


def _methods(found: Iterable[Fingerprint]) -> Iterator[_Method]:
    for owner in found:
        seen: Counter[str] = Counter()
        # The first part is the class's own statements.
        for made, part in zip(owner.methods, owner.parts[1:], strict=bool(owner.methods)):
            identity = f"{owner.definition.id}.{made.name}"
            seen[made.name] += 1
            yield _Method(identity if seen[made.name] == 1 else f"{identity}@{made.line}", owner, made, part)


def _of_mates(small: Mapping[K, Sequence[_Method]]) -> dict[K, list[_Method]]:
    """Of methods that are too small to say anything, those whose classes share several of them: one mixin's worth."""
    shared = Counter(
        pair
        for group in small.values()
        if 1 < len(group) <= _RARE
        for pair in combinations(sorted({method.owner.definition.id for method in group}), 2)
    )
    mates: dict[str, set[str]] = defaultdict(set)
    for (left, right), count in shared.items():
        if count >= _LEAST_SHARED:
            mates[left].add(right)
            mates[right].add(left)
    found = {}
    for key, group in small.items():
        owners = {method.owner.definition.id for method in group}
        kept = [method for method in group if not owners.isdisjoint(mates.get(method.owner.definition.id, ()))]
        if kept:
            found[key] = kept
    return found


def _is_keras(owner: Fingerprint) -> bool:
    """Layers of Keras are kept apart from torch's modules; what belongs to neither may go with either of them."""
    return owner.definition.is_module and owner.definition.framework == "keras"


def _digest(groups: Sequence[Group]) -> str:
    """A digest of all that the search for near copies depends on."""
    return digest_of(_depended_on(group[0]) for group in groups)


def _depended_on(method: _Method) -> tuple[object, ...]:
    owner = method.owner
    known = (owner.definition.name, owner.definition.framework, owner.definition.is_module, sorted(owner.libraries))
    return method.made.name, method.made.exact, owner.exact, known


def _near(groups: Sequence[Group], comparer: Comparer) -> Iterator[Edge]:
    """Pairs of groups that are near copies, with the strength of the evidence and their similarity."""
    for left, right in _candidates(groups):
        a, b = groups[left][0], groups[right][0]
        if not (_says_enough(a) and _says_enough(b) and a.owner.home.goes_with(b.owner.home)):
            continue
        overlap = comparer.overlap_of(a.part, b.part, _LEAST - _SLACK)
        if overlap and overlap.dice >= _LEAST - _SLACK:
            yield left, right, overlap.dice, overlap.similarity


def _says_something(made: MethodPrint) -> bool:
    """Whether a method is equal to another but for names hardly by chance."""
    return made.work >= _LEAST_WORK or made.weight >= _LEAST_WIRING


def _says_enough(method: _Method) -> bool:
    """Whether likeness to another method means something."""
    return _says_something(method.made) and not method.made.table and not is_data(method.owner)


def _candidates(groups: Sequence[Group]) -> list[Pair]:
    """Groups of one method name that share at least two rare statements."""
    holders: dict[tuple[str, int], list[int]] = defaultdict(list)
    for index, group in enumerate(groups):
        for form in set(group[0].part.forms[1:]):
            holders[group[0].made.name, form].append(index)
    shared = Counter(pair for where in holders.values() if 1 < len(where) <= _RARE for pair in combinations(where, 2))
    return sorted(pair for pair, count in shared.items() if count > 1)


def _family(
    groups: Sequence[Group], similarity: float, numbers: Mapping[str, set[int]]
) -> Iterator[tuple[float, Family]]:
    members = sorted((method for group in groups for method in group), key=lambda method: method.id)
    if not any(_apart(a.owner, b.owner, numbers) for a, b in combinations(members, 2)):
        return
    exact = len({method.made.exact for method in members}) == 1
    likeness: Likeness = "near" if len(groups) > 1 else "exact" if exact else "renamed"
    family = Family(
        name=members[0].made.name,
        kind="method",
        likeness=likeness,
        similarity=round(min(similarity, 0.99) if likeness == "near" else 1.0, 2),
        members=tuple(method.id for method in members),
        priority="standard",
    )
    yield min(method.made.weight for method in members) * similarity**2, family


def _apart(left: Fingerprint, right: Fingerprint, numbers: Mapping[str, set[int]]) -> bool:
    a, b = left.definition, right.definition
    return a.id != b.id and numbers.get(a.id, set()).isdisjoint(numbers.get(b.id, ()))
