"""Classes and what they extend, inside the tree and outside."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from refactor_tools.graph.lookup import Lookup
from refactor_tools.model.facts import Definition, Scan


@dataclass(frozen=True, slots=True)
class Lineage:
    """Parents and children of the tree's classes by id, and the qualified names of their bases outside the tree."""

    parents: Mapping[str, Sequence[str]]
    children: Mapping[str, Sequence[str]]
    outside: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, scan: Scan, lookup: Lookup) -> "Lineage":
        parents: dict[str, list[str]] = {}
        children: dict[str, list[str]] = defaultdict(list)
        outside: dict[str, list[str]] = {}
        for definition in scan.definitions:
            for base in definition.bases:
                parent = lookup.at(definition.path, base)
                if parent and parent != definition.id:
                    parents.setdefault(definition.id, []).append(parent)
                    children[parent].append(definition.id)
                elif not parent:
                    outside.setdefault(definition.id, []).append(lookup.names.qualified(definition.path, base))
        return cls(parents, children, outside)

    def ancestors(self, identity: str) -> list[str]:
        return _reached(identity, self.parents)

    def descendants(self, identity: str) -> list[str]:
        return _reached(identity, self.children)

    def relatives(self, identity: str) -> list[str]:
        """All that may share an object with the class: ancestors, descendants, and what those extend as well."""
        below = self.descendants(identity)
        found = dict.fromkeys(below)
        for one in (identity, *below):
            found.update(dict.fromkeys(self.ancestors(one)))
        return [one for one in found if one != identity]

    def foreign(self, identities: Iterable[str]) -> set[str]:
        """The bases outside the tree of any of these classes."""
        return {base for identity in identities for base in self.outside.get(identity, ())}


def _reached(start: str, edges: Mapping[str, Sequence[str]]) -> list[str]:
    found: dict[str, None] = {}
    pending = list(edges.get(start, ()))
    while pending:
        current = pending.pop()
        if current != start and current not in found:
            found[current] = None
            pending.extend(edges.get(current, ()))
    return list(found)


def defines(definition: Definition, parameter: str, method: str) -> bool:
    """Whether `__init__` or `forward` of a class has a parameter of that name."""
    parameters = definition.parameters if method == "__init__" else definition.forward or ()
    return any(one.name == parameter for one in parameters)
