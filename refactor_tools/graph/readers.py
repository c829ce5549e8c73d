"""Who may read a member of a module from outside: an attribute of something that may be an instance of it."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from refactor_tools.graph.lookup import Lookup
from refactor_tools.model.facts import Scan
from refactor_tools.model.graphs import Composition

# Names under which any module may be passed around.
_ANY_MODULE = re.compile(r"(.*_)?(model|net|network|learner)\d*")


@dataclass(slots=True)
class Readers:
    """`reads`: the (file, base) pairs that read an attribute. `keepers`: for each class the members that hold it.

    `users` and `importers`: the definitions and the files that name it. `kept`: the members of each file that keep any
    class. `near`: for the first of several classes the files that may have an instance, as far as that was asked.
    """

    reads: Mapping[str, Sequence[tuple[str, str]]]
    keepers: Mapping[str, frozenset[str]]
    users: Mapping[str, Sequence[str]]
    importers: Mapping[str, Sequence[str]]
    kept: Mapping[str, Set[str]]
    near: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, scan: Scan, composition: Composition, lookup: Lookup) -> "Readers":
        importers: dict[str, list[str]] = defaultdict(list)
        reads: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for facts in (*scan.files, *scan.others):
            for pair in facts.attributes:
                base, _, attribute = pair.rpartition(".")
                reads[attribute].append((facts.path, base))
            for identity in lookup.reached(facts.path):
                importers[identity].append(facts.path)
        keepers: dict[str, set[str]] = defaultdict(set)
        kept: dict[str, set[str]] = defaultdict(set)
        for one in composition.relations:
            if one.member and one.how != "uses":
                keepers[one.target].add(one.member)
            if one.member and one.how in ("builds", "holds"):
                kept[one.path].add(one.member)
        frozen = {one: frozenset(found) for one, found in keepers.items()}
        return cls(reads, frozen, composition.used_by, importers, kept)

    def may_read(self, attribute: str, classes: Sequence[str], relatives: Sequence[str]) -> bool:
        """Whether something reads `attribute` of what may be an instance of one of `classes`.

        It may be one if it is kept under a member's name that keeps one of them or of their `relatives`; if its name is
        one that any module may have; or if it stands in a file that uses one of the classes, however far, and none of
        that file's classes keeps another under its name.
        """
        reads = self.reads.get(attribute)
        if not reads:
            return False
        own = {member for one in (*classes, *relatives) for member in self.keepers.get(one, ())}
        if any(base in own or _ANY_MODULE.fullmatch(base) for _, base in reads):
            return True
        candidates = {path for path, base in reads if base not in self.kept.get(path, ())}
        return bool(candidates) and not candidates.isdisjoint(self._near(classes))

    def _near(self, identities: Sequence[str]) -> frozenset[str]:
        """The files of all definitions that use one of these, however far, and of whoever imports one."""
        first = identities[0]
        if first not in self.near:
            found: set[str] = set()
            seen = set(identities)
            pending = list(identities)
            while pending:
                current = pending.pop()
                found.add(current.partition("::")[0])
                found.update(self.importers.get(current, ()))
                fresh = [user for user in self.users.get(current, ()) if user not in seen]
                seen.update(fresh)
                pending.extend(fresh)
            self.near[first] = frozenset(found)
        return self.near[first]
