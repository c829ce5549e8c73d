"""Who may read a member of a module from outside: an attribute of something that may be an instance of it."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from refactor_tools.graph.lookup import Lookup
from refactor_tools.model.facts import Scan
from refactor_tools.model.graphs import Composition

# Names under which any module may be passed around.
_ANY_MODULE = re.compile(r"(.*_)?(model|net|network|learner)\d*")


@dataclass(frozen=True, slots=True)
class Readers:
    """`reads`: for each attribute the (file, base) pairs that read it. `keepers`: for each class the members that keep
    it. `users` and `importers`: the definitions and the files that name it. `kept`: the members that keep any."""

    reads: Mapping[str, Sequence[tuple[str, str]]]
    keepers: Mapping[str, frozenset[str]]
    users: Mapping[str, Sequence[str]]
    importers: Mapping[str, Sequence[str]]
    kept: frozenset[str]

    @classmethod
    def of(cls, scan: Scan, composition: Composition, lookup: Lookup) -> "Readers":
        importers: dict[str, list[str]] = defaultdict(list)
        reads: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for facts in scan.files:
            for pair in facts.attributes:
                base, _, attribute = pair.rpartition(".")
                reads[attribute].append((facts.path, base))
            for identity in lookup.reached(facts.path):
                importers[identity].append(facts.path)
        keepers: dict[str, set[str]] = defaultdict(set)
        for one in composition.relations:
            if one.member and one.how != "uses":
                keepers[one.target].add(one.member)
        kept = frozenset(member for members in keepers.values() for member in members)
        frozen = {one: frozenset(found) for one, found in keepers.items()}
        return cls(reads, frozen, composition.used_by, importers, kept)

    def may_read(self, attribute: str, identities: Sequence[str]) -> bool:
        """Whether something reads `attribute` of what may be an instance of one of these classes.

        It may be one if it is kept under a member's name that keeps such a class; if its name is one that any module
        may have; or if it stands in a file that uses such a class, however far, and no class is kept under its name.
        """
        reads = self.reads.get(attribute)
        if not reads:
            return False
        own = {member for one in identities for member in self.keepers.get(one, ())}
        if any(base in own or _ANY_MODULE.fullmatch(base) for _, base in reads):
            return True
        near = set(self._near(identities))
        return any(path in near and base not in self.kept for path, base in reads)

    def _near(self, identities: Sequence[str]) -> Iterator[str]:
        """The files of all definitions that use one of these, however far, and of whoever imports one."""
        seen = set(identities)
        pending = list(identities)
        while pending:
            current = pending.pop()
            yield current.partition("::")[0]
            yield from self.importers.get(current, ())
            for user in self.users.get(current, ()):
                if user not in seen:
                    seen.add(user)
                    pending.append(user)
