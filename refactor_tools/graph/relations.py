"""Who builds, holds, inherits, receives or uses whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from refactor_tools.graph.lookup import Lookup
from refactor_tools.graph.registries import Registries
from refactor_tools.model.facts import Built, Definition, Scan
from refactor_tools.model.graphs import Relation, RelationKind
from refactor_tools.scan.scopes import SUPER

# `Class.from_config(...)`: methods whose name says that they construct.
_CONSTRUCTORS = ("from_", "_from_", "create", "build", "make")
_RECEIVES: RelationKind = "receives"
_STRENGTH: dict[str, int] = {"inherits": 0, "builds": 1, "holds": 2, "receives": 3, "uses": 4}

_Key = tuple[str, str, RelationKind, str, str]


def relations(scan: Scan, lookup: Lookup) -> tuple[tuple[Relation, ...], dict[str, tuple[str, ...]]]:
    """All relations between definitions of `scan`, by source, target and strength; and the ids that each names itself.

    A call is followed through functions of the tree that return what they build, through variables, dictionaries and
    partials, and through registries that are asked by a literal name. What is found by a computed key may be any entry.
    A definition that is only named appears as `uses`, where nothing stronger holds between the two.
    """
    reading = _Reading(lookup, Registries.of(scan, lookup))
    for facts in scan.files:
        for definition in facts.definitions:
            reading.read(definition)
        reading.read_top(facts.path, facts.built)
    found = reading.found
    stronger = {(source, target) for source, target, how, _, _ in found if how != "uses"}
    kept = (key for key in found if key[2] != "uses" or key[:2] not in stronger)
    ordered = sorted(kept, key=lambda key: (key[0], key[1], _STRENGTH[key[2]], key[3], found[key][1], key[4]))
    return tuple(Relation(*key[:4], *found[key], key[4]) for key in ordered), reading.named


@dataclass(slots=True)
class _Reading:
    """`found`: by (source, target, how, member, through) the file and line where that is written first."""

    lookup: Lookup
    registries: Registries
    found: dict[_Key, tuple[str, int]] = field(default_factory=dict)
    named: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _products: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self, user: Definition) -> None:
        """Take up what `user` does with others, and what those are given by it."""
        named: set[str] = set()
        for built, identity in self.lookup.read_by(user):
            if identity and identity != user.id:
                named.add(identity)
            targets = list(self._targets(user, built, identity))
            place = user.path, built.line
            member = built.member if built.member != "return" else ""
            for target, how, through in targets:
                if target != user.id:
                    self.found.setdefault((user.id, target, how, member, through), place)
            if built.to and targets:
                givers = user.bases if built.to == SUPER else (built.to,)
                receivers = [self.lookup.found(user, name) for name in givers]
                for target, _, through in targets:
                    self._received(receivers, target, built, through, place)
        self.named[user.id] = tuple(sorted(named))

    def read_top(self, path: str, several: Iterable[Built]) -> None:
        """Take up what the statements of a file hand to the tree's definitions."""
        for built in several:
            target = self.lookup.at(path, built.name) if built.to else None
            if target:
                self._received([self.lookup.at(path, built.to)], target, built, "", (path, built.line))

    def _received(
        self, receivers: Iterable[str | None], target: str, built: Built, through: str, place: tuple[str, int]
    ) -> None:
        for receiver in receivers:
            if receiver and receiver != target and self._is_class(target):
                key = (receiver, target, _RECEIVES, self._parameter(receiver, built.key), through)
                self.found.setdefault(key, place)

    def _targets(self, user: Definition, built: Built, identity: str | None) -> Iterator[tuple[str, RelationKind, str]]:
        """(target, how, through) of one name."""
        if identity is None:
            yield from self._through_variable(user, built)
            return
        is_class = self._is_class(identity)
        if built.how in ("inherits", "receives"):
            yield identity, "inherits" if built.how == "inherits" else "receives", ""
        elif built.how == "calls" and is_class and self._constructs(built.name, identity):
            yield identity, "builds", ""
        elif built.how == "uses" and is_class and _is_kept(built):
            yield identity, "holds", ""
        else:
            yield identity, "uses", ""
        if built.how == "calls" and not is_class:
            for product in self.products(identity):
                yield product, "builds", identity
        if built.how == "calls":
            for target, registry in self.registries.asked(user, built).items():
                yield target, "builds", registry

    def _through_variable(self, user: Definition, built: Built) -> Iterator[tuple[str, RelationKind, str]]:
        variable = self.lookup.variable(user.path, built.name)
        if variable is None:
            return
        through = "::".join(variable)
        if built.how in ("calls", "finds"):
            for target, registry in self.registries.asked(user, built).items():
                yield target, "builds", registry
        if "." in built.name and built.how == "calls":
            return
        for target in self.lookup.held(variable, built.key, found=built.how == "finds"):
            yield target, self._how_kept(built) if self._is_class(target) else "uses", through

    def _how_kept(self, built: Built) -> RelationKind:
        """What a name does that stands for a variable which holds a class."""
        if built.how in ("calls", "finds"):
            return "builds"
        if built.how == "receives":
            return "receives"
        return "holds" if _is_kept(built) else "uses"

    def products(self, function: str) -> tuple[str, ...]:
        """Ids of the classes that a function of the tree returns, as they are or built."""
        if function not in self._products:
            self._products[function] = ()  # a function that returns its own result adds nothing
            self._products[function] = tuple(dict.fromkeys(self._returned(self.lookup.names.by_id[function])))
        return self._products[function]

    def _returned(self, function: Definition) -> Iterator[str]:
        for built in function.built:
            if built.member == "return" and not built.to:
                for target, how, _ in self._targets(function, built, self.lookup.found(function, built.name)):
                    if self._is_class(target) and (how == "builds" or built.how == "uses"):
                        yield target

    def _parameter(self, receiver: str, key: str) -> str:
        """The name of the parameter that is given as `key`, a keyword or a position; "" where there is none."""
        parameters = self.lookup.names.by_id[receiver].parameters
        if key.isdigit():
            return parameters[int(key)].name if int(key) < len(parameters) else ""
        return key if any(one.name == key for one in parameters) else ""

    def _is_class(self, identity: str) -> bool:
        return self.lookup.names.by_id[identity].kind == "class"

    def _constructs(self, name: str, identity: str) -> bool:
        """Whether calling `name` makes an instance: the class itself, or a method of it that says so."""
        last = name.rpartition(".")[2]
        if last == self.lookup.names.by_id[identity].name or "." not in name:
            return True
        return last.startswith(_CONSTRUCTORS) or last.lstrip("_")[:1].isupper()


def _is_kept(built: Built) -> bool:
    return bool(built.member) and built.member != "return" and (not built.to or built.to.startswith("self."))
