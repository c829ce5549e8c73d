"""Definitions that a decorator keeps under a name, and the calls that ask for one by that name."""

from collections import defaultdict
from dataclasses import dataclass, field

from refactor_tools.graph.lookup import Lookup
from refactor_tools.model.facts import Built, Definition, Scan


@dataclass(slots=True)
class Registries:
    """What is registered where. A registry is the object whose method decorates (`MODELS.register()`), or the
    module-level variables that a decorating function of the tree reads (`register` fills what `build` looks into)."""

    lookup: Lookup
    _kept: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    _keys: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, scan: Scan, lookup: Lookup) -> "Registries":
        found = cls(lookup)
        for facts in scan.files:
            for one in facts.registered:
                identity = lookup.at(facts.path, one.definition)
                if identity:
                    found._keys.add(one.key)
                    for registry in found._registries(facts.path, one.registry):
                        found._kept[registry][one.key] = identity
        return found

    def asked(self, user: Definition, built: Built) -> dict[str, str]:
        """The definitions that a call asks for by a literal name, each with the registry."""
        if built.key not in self._keys:
            return {}
        registries = self._registries(user.path, built.name)
        return {self._kept[one][built.key]: one for one in registries if built.key in self._kept.get(one, ())}

    def _registries(self, path: str, name: str) -> list[str]:
        """The registries behind a function or method: ids of classes, or `path::variable`."""
        identity = self.lookup.at(path, name)
        definition = self.lookup.names.by_id.get(identity or "")
        if definition is None:
            variable = self.lookup.variable(path, name)
            return ["::".join(variable)] if variable else []
        if definition.kind == "class":
            return [definition.id]
        reads = {built.name.partition(".")[0] for built in definition.built}
        variables = {self.lookup.variable(definition.path, read) for read in reads}
        return sorted("::".join(one) for one in variables if one and not self.lookup.at(*one))
