"""What the names in facts stand for: definitions, and module-level variables that hold some."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from refactor_tools.model.facts import Built, Definition, Import, Scan
from refactor_tools.scan.names import Names

_LONGEST_CHAIN = 16

# A module-level name: the file that binds it, and the name.
Variable = tuple[str, str]


@dataclass(slots=True)
class Lookup:
    """`Names` for a whole run: most names come from outside the tree, and are told apart without resolving anything."""

    names: Names
    entries: dict[Variable, list[Built]]
    _tops: frozenset[str]
    _files: dict[str, "_Names"] = field(default_factory=dict)
    _reached: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, scan: Scan, names: Names | None = None) -> "Lookup":
        """The lookup of `scan`; `names` are its own, where known."""
        entries: dict[Variable, list[Built]] = defaultdict(list)
        for facts in scan.files:
            for built in facts.built:
                entries[(facts.path, built.member)].append(built)
        parts = {part.removesuffix(".py") for facts in scan.files for part in facts.path.split("/")}
        return cls(names or Names.of(scan), dict(entries), frozenset(parts))

    def found(self, user: Definition, name: str) -> str | None:
        """The id of the definition that `name` stands for inside `user`."""
        known = self._of(user.path)
        root = name.partition(".")[0]
        if root in known.lazy:
            return self.names.within(user, name)
        return self.at(user.path, name)

    def read_by(self, user: Definition) -> Iterator[tuple[Built, str | None]]:
        """What `user` reads that may stand for something of the tree, with the id of the definition if it is one."""
        known = self._of(user.path)
        for built in user.built:
            name = built.name
            root = name.partition(".")[0]
            if root in known.lazy:
                yield built, self.names.within(user, name)
            elif root in known.roots or known.has_star:
                yield built, known.found[name] if name in known.found else self.at(user.path, name)

    def at(self, path: str, name: str) -> str | None:
        """The id of the definition that `name` stands for at the top level of the file `path`."""
        known = self._of(path)
        if name not in known.found:
            inside = known.has_star or name.partition(".")[0] in known.roots
            known.found[name] = self.names.definition(path, name) if inside else None
        return known.found[name]

    def variable(self, path: str, name: str, left: int = _LONGEST_CHAIN) -> Variable | None:
        """The module-level variable that `name` stands for in the file `path`, where it is first bound."""
        root, _, rest = name.partition(".")
        known = self._of(path)
        found = known.imports.get(root)
        if found is None or not left:
            return (path, root) if root in known.variables else None
        resolution = self.names.resolution(path, found)
        target = ".".join([*resolution.attributes, *rest.split(".")] if rest else resolution.attributes)
        if not target or resolution.path not in self.names.resolver.readers:
            return None
        return self.variable(resolution.path, target, left - 1)

    def reached(self, path: str) -> frozenset[str]:
        """Ids of the definitions that the file imports, exports or reads at its top level."""
        if path not in self._reached:
            facts = self.names.resolver.readers[path]
            written = {*facts.names, *(facts.exported or ()), *(found.bound for found in facts.imports if found.name)}
            found = (self.at(path, name) for name in written if name)
            self._reached[path] = frozenset(identity for identity in found if identity)
        return self._reached[path]

    def held(self, variable: Variable, key: str = "", *, found: bool = False) -> Iterator[str]:
        """Ids of what a variable stands for: the class that it names or a partial of it, or with `found` what is found
        in it by subscript, under `key` where that is literal."""
        yield from dict.fromkeys(self._held(variable, key, found, {variable}))

    def _held(self, variable: Variable, key: str, found: bool, seen: set[Variable]) -> Iterator[str]:
        path = variable[0]
        for entry in self.entries.get(variable, ()):
            if not (_is_among(entry, key) if found else _is_alias(entry)):
                continue
            identity = self.at(path, entry.name)
            inner = None if identity else self.variable(path, entry.name)
            if identity:
                yield identity
            elif inner and inner not in seen:
                seen.add(inner)
                finds = entry.how == "finds"
                yield from self._held(inner, entry.key if finds else key, found or finds, seen)

    def _of(self, path: str) -> "_Names":
        if path not in self._files:
            self._files[path] = _Names.of(path, self.names, self._tops)
        return self._files[path]


def _is_alias(entry: Built) -> bool:
    """Whether a variable is another name for what it was assigned."""
    return entry.how in ("uses", "finds") and not entry.to and (not entry.key or entry.how == "finds")


def _is_among(entry: Built, key: str) -> bool:
    """Whether a subscript of a variable may find the entry; a wrapper around a table keeps the table's keys."""
    return bool(entry.to) or not key or entry.key in (key, "", "*")


@dataclass(slots=True)
class _Names:
    """The names of one file that may lead into the tree: `roots` are all of them, where there is no star import."""

    roots: frozenset[str]
    imports: dict[str, Import]
    lazy: frozenset[str]
    variables: frozenset[str]
    has_star: bool
    found: dict[str, str | None] = field(default_factory=dict)

    @classmethod
    def of(cls, path: str, names: Names, tops: frozenset[str]) -> "_Names":
        facts = names.resolver.readers[path]
        inside = [one for one in facts.imports if one.level or one.module.partition(".")[0] in tops]
        bound = names.imported(path)
        own = frozenset(definition.id.partition("::")[2].partition(".")[0] for definition in facts.definitions)
        imports = {one.bound: bound[one.bound] for one in inside if one.bound}
        variables = frozenset(facts.bound) - own - bound.keys()
        return cls(
            roots=own | imports.keys() | variables,
            imports=imports,
            lazy=frozenset(one.bound for one in facts.imports if one.kind == "lazy"),
            variables=variables,
            has_star=any(one.name == "*" for one in inside),
        )
