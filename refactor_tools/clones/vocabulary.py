"""Which names of classes a tree's authors use side by side, for different things."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from refactor_tools.clones.groups import Group


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The files in which each role stands, as the bits of an integer."""

    files: Mapping[str, int]

    @classmethod
    def of(cls, groups: Iterable[Group]) -> "Vocabulary":
        """The roles of all classes in `groups`."""
        numbers: dict[str, int] = {}
        files: dict[str, int] = defaultdict(int)
        for definition, role in ((member.definition, member.role) for group in groups for member in group.members):
            if definition.kind == "class":
                files[role] |= 1 << numbers.setdefault(definition.path, len(numbers))
        return cls(files)

    def tells_apart(self, left: Group, right: Group) -> bool:
        """Whether two groups share no role, and some file defines a class of the one's role and one of the other's."""
        if left.first.definition.kind != "class" or left.roles & right.roles:
            return False
        return any(
            self.files.get(ours, 0) & self.files.get(theirs, 0) for ours, theirs in product(left.roles, right.roles)
        )
