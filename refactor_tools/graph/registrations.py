"""Who gets what out of a registry, by the string that it was put in under."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from refactor_tools.model.facts import LookedUp, Registered, Scan
from refactor_tools.scan.names import Names
from refactor_tools.scan.registries import BUILDERS

BY_KEY = "looked up in a registry"

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
# Words of such functions' names that say nothing of which registry they mean.
_COMMON = frozenset(
    ("register", "build", "create", "make", "get", "lookup", "from", "by", "name", "module", "cfg", "config")
)

Place = tuple[str, Registered]


@dataclass(frozen=True, slots=True)
class Registrations:
    """What every file of a tree registers, by key."""

    names: Names
    by_key: Mapping[str, Sequence[Place]]

    @classmethod
    def of(cls, scan: Scan, names: Names) -> "Registrations":
        by_key: dict[str, list[Place]] = defaultdict(list)
        for facts in scan.files:
            for registered in facts.registered:
                by_key[registered.key].append((facts.path, registered))
        return cls(names, by_key)

    def find(self, path: str, looked_up: LookedUp) -> Iterator[Place]:
        """The files that register what a file looks up, and what they register there."""
        for place, registered in self.by_key.get(looked_up.key, ()):
            if not looked_up.registry or self._is_same(path, looked_up.registry, place, registered.registry):
                yield place, registered

    def _is_same(self, path: str, registry: str, place: str, registers: str) -> bool:
        """Whether both mean one registry: the same object, or a function that is named like the other
        (`create_model` and `register_model`)."""
        if self.names.origin(path, registry) == self.names.origin(place, registers):
            return True
        is_function = registry.rpartition(".")[2].startswith(BUILDERS)
        return is_function and _words(registry) == _words(registers) != frozenset()


def _words(name: str) -> frozenset[str]:
    found = {word.lower().removesuffix("s") for word in _WORD.findall(name.rpartition(".")[2])}
    return frozenset(found - _COMMON)
