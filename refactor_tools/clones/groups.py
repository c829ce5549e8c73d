"""Copies that are equal but for names: found by digest, and one node each in the search for near copies."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from refactor_tools.clones.fingerprints import Fingerprint
from refactor_tools.clones.forms import role_word
from refactor_tools.clones.substance import says_enough
from refactor_tools.model.families import Likeness
from refactor_tools.scan.memo import digest_of


@dataclass(frozen=True)
class Group:
    """Fingerprints with one renamed digest and no two frameworks, by id; the first speaks for all."""

    members: tuple[Fingerprint, ...]

    @property
    def first(self) -> Fingerprint:
        return self.members[0]

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(member.role for member in self.members)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(member.definition.name for member in self.members)

    @cached_property
    def paths(self) -> frozenset[str]:
        return frozenset(member.definition.path for member in self.members)

    @cached_property
    def key(self) -> str:
        """A digest of everything that a comparison with another group depends on but where they stand."""
        definition = self.first.definition
        header = (definition.name, definition.kind, definition.bases, definition.is_module, definition.framework)
        call = len(definition.parameters), None if definition.forward is None else len(definition.forward)
        used = sorted(self.first.words), sorted(self.first.libraries)
        content = (header, call, self.first.role, sorted(self.roles), sorted(self.names), used)
        # What is compared is made of the tokens, of which this is a digest.
        return digest_of((content, self.first.exact), size=12)

    @property
    def likeness(self) -> Likeness:
        return "exact" if len({member.exact for member in self.members}) == 1 else "renamed"


def grouped(found: Iterable[Fingerprint]) -> list[Group]:
    """All fingerprints in groups, also those that have no equal, in the order of their first ids."""
    alike: dict[tuple[str, str, str], list[Fingerprint]] = defaultdict(list)
    for item in found:
        # A body of few tokens may be equal to another by chance; in the same role it is a copy.
        role = "" if says_enough(item) else role_word(item.definition.name)
        alike[item.definition.kind, item.renamed, role].append(item)
    groups = [group for members in alike.values() for group in _by_framework(members)]
    return sorted(groups, key=lambda group: group.first.definition.id)


def _by_framework(members: list[Fingerprint]) -> list[Group]:
    members = sorted(members, key=lambda member: member.definition.id)
    frameworks = sorted({member.definition.framework or "" for member in members} - {""})
    if len(frameworks) < 2:
        return [Group(tuple(members))]
    split = [tuple(m for m in members if m.definition.framework == framework) for framework in frameworks]
    neutral = tuple(member for member in members if member.definition.framework is None)
    return [Group(part) for part in (*split, neutral) if part]
