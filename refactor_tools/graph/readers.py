"""Who may read a member of a module from outside: an attribute of something that may be an instance of it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from refactor_tools.model.facts import Scan
from refactor_tools.model.graphs import Relation

# Names under which any module may be passed around.
_ANY_MODULE = re.compile(r"(.*_)?(model|net|network|learner)\d*")


@dataclass(frozen=True, slots=True)
class Readers:
    """`reads`: for each attribute the (file, base) pairs that read it. `keepers`: for each class the members that keep
    it. `named_in`: the files that name a definition. `users`: the definitions that name it."""

    reads: Mapping[str, Sequence[tuple[str, str]]]
    keepers: Mapping[str, frozenset[str]]
    users: Mapping[str, Sequence[str]]
    kept: frozenset[str]

    @classmethod
    def of(cls, scan: Scan, relations: Iterable[Relation], users: Mapping[str, Sequence[str]]) -> "Readers":
        reads: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for facts in scan.files:
            for pair in facts.attributes:
                base, _, attribute = pair.rpartition(".")
                reads[attribute].append((facts.path, base))
        keepers: dict[str, set[str]] = defaultdict(set)
        for one in relations:
            if one.member and one.how != "uses":
                keepers[one.target].add(one.member)
        kept = frozenset(member for members in keepers.values() for member in members)
        return cls(reads, {one: frozenset(found) for one, found in keepers.items()}, users, kept)

    def may_read(self, attribute: str, identities: Sequence[str]) -> bool:
        """Whether something reads `attribute` of what may be an instance of one of these classes.

        It may be one if it is kept under a member's name that keeps such a class; if its name is one that any module
        may have; or if it stands in a file of a definition that uses such a class, however far, and no other class is
        kept under its name.
        """
        reads = self.reads.get(attribute)
        if not reads:
            return False
        own = {member for one in identities for member in self.keepers.get(one, ())}
        if any(base in own or _ANY_MODULE.fullmatch(base) for _, base in reads):
            return True
        near = {one.partition("::")[0] for one in self._near(identities)}
        return any(path in near and base not in self.kept for path, base in reads)

    def _near(self, identities: Sequence[str]) -> Iterator[str]:
        seen = set(identities)
        pending = list(identities)
        while pending:
            current = pending.pop()
            yield current
            for user in self.users.get(current, ()):
                if user not in seen:
                    seen.add(user)
                    pending.append(user)
