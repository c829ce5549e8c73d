"""Who builds, holds, inherits, receives or uses whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from refactor_tools.graph.lookup import Lookup
from refactor_tools.graph.registries import Registries
from refactor_tools.model.facts import Built, Definition, Scan
from refactor_tools.model.graphs import Relation, RelationKind

# `Class.from_config(...)`: methods whose name says that they construct.
_CONSTRUCTORS = ("from_", "_from_", "create", "build", "make")
_STRENGTH: dict[str, int] = {"inherits": 0, "builds": 1, "holds": 2, "receives": 3, "uses": 4}


def relations(scan: Scan, lookup: Lookup) -> tuple[tuple[Relation, ...], dict[str, tuple[str, ...]]]:
    """All relations between definitions of `scan`, by source, target and strength; and the ids that each names itself.

    A call is followed through functions of the tree that return what they build, through variables, dictionaries and
    partials, and through registries that are asked by a literal name. What is found by a computed key may be any entry.
    A definition that is only named appears as `uses`, where nothing stronger holds between the two.
    """
    reading = _Reading(lookup, Registries.of(scan, lookup))
    first: dict[tuple[str, ...], Relation] = {}
    for one in reading.all_of(scan):
        if one.source != one.target:
            first.setdefault((one.source, one.target, one.how, one.member, one.through), one)
    stronger = {(one.source, one.target) for one in first.values() if one.how != "uses"}
    kept = [one for one in first.values() if one.how != "uses" or (one.source, one.target) not in stronger]
    return tuple(sorted(kept, key=_order)), reading.named


@dataclass(slots=True)
class _Reading:
    lookup: Lookup
    registries: Registries
    named: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _products: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def all_of(self, scan: Scan) -> Iterator[Relation]:
        for facts in scan.files:
            for definition in facts.definitions:
                yield from self.of(definition)
            yield from self.given_at_top(facts.path, facts.built)

    def of(self, user: Definition) -> Iterator[Relation]:
        """What `user` does with others, and what those are given by it."""
        named: set[str] = set()
        for built in self.lookup.inside(user.path, user.built):
            identity = self.lookup.found(user, built.name)
            if identity and identity != user.id:
                named.add(identity)
            targets = list(self._targets(user, built, identity))
            for target, how, through in targets:
                member = built.member if built.member != "return" else ""
                yield Relation(user.id, target, how, member, user.path, built.line, through)
            if built.to and targets:
                yield from self._received(user, built, targets)
        self.named[user.id] = tuple(sorted(named))

    def given_at_top(self, path: str, several: Iterable[Built]) -> Iterator[Relation]:
        """What the statements of a file hand to the tree's definitions."""
        for built in self.lookup.inside(path, several):
            if built.to:
                target, receiver = self.lookup.at(path, built.name), self.lookup.at(path, built.to)
                if target and receiver and self._is_class(target):
                    parameter = self._parameter(receiver, built.key)
                    yield Relation(receiver, target, "receives", parameter, path, built.line)

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

    def _received(
        self, user: Definition, built: Built, targets: Iterable[tuple[str, RelationKind, str]]
    ) -> Iterator[Relation]:
        receivers = [self.lookup.found(user, name) for name in (user.bases if built.to == "super()" else (built.to,))]
        for target, _, through in targets:
            for receiver in receivers:
                if receiver and self._is_class(target):
                    parameter = self._parameter(receiver, built.key)
                    yield Relation(receiver, target, "receives", parameter, user.path, built.line, through)

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


def _order(relation: Relation) -> tuple[str, str, int, str, int, str]:
    return relation.source, relation.target, _STRENGTH[relation.how], relation.member, relation.line, relation.through
