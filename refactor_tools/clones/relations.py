"""Which definitions are known to belong together: copies, bases, and what stands inside another."""

from collections import defaultdict
from collections.abc import Iterable

from refactor_tools.clones.fingerprints import Fingerprint
from refactor_tools.model.facts import Definition
from refactor_tools.model.families import Family


def standing(families: Iterable[Family]) -> dict[str, set[int]]:
    """The numbers of the families that each member stands in; none for anybody else."""
    found: dict[str, set[int]] = defaultdict(set)
    for number, family in enumerate(families):
        for member in family.members:
            found[member].add(number)
    return found


class Relations:
    """Tells whether two definitions are copies of each other, or one is the other's base or encloses it."""

    def __init__(self, found: Iterable[Fingerprint], families: Iterable[Family]) -> None:
        self._families = standing(families)
        self._bases = {item.definition.name: item.definition.bases for item in found}

    def __call__(self, left: Fingerprint, right: Fingerprint) -> bool:
        a, b = left.definition, right.definition
        if a.id == b.id or not self._families[a.id].isdisjoint(self._families[b.id]) or encloses(b, a):
            return True
        return self._derives(a, b) or self._derives(b, a)

    def _derives(self, definition: Definition, base: Definition) -> bool:
        pending, seen = list(definition.bases), set[str]()
        while pending:
            name = pending.pop().rpartition(".")[2]
            if name == base.name:
                return True
            if name not in seen:
                seen.add(name)
                pending += self._bases.get(name, ())
        return False


def encloses(outer: Definition, inner: Definition) -> bool:
    """Whether `inner` stands between the lines of `outer`."""
    return outer.path == inner.path and outer.line <= inner.line and inner.end_line <= outer.end_line
