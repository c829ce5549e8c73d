"""From a name as a file writes it to the definition it stands for, through imports and re-exports."""

from dataclasses import dataclass, field

from refactor_tools.model.facts import Definition, FileFacts, Import, Scan
from refactor_tools.scan.attributes import Attributes
from refactor_tools.scan.frameworks import qualified
from refactor_tools.scan.resolve import Resolution, Resolver

_LONGEST_CHAIN = 32


@dataclass(slots=True)
class Names:
    """Looks names up in a scanned tree. Answers are kept, so one value serves a whole run."""

    resolver: Resolver
    by_id: dict[str, Definition]
    attributes: Attributes
    _top_level: dict[str, dict[str, str]] = field(default_factory=dict)
    _imported: dict[str, dict[str, Import]] = field(default_factory=dict)
    _found: dict[tuple[str, str], str | None] = field(default_factory=dict)
    _resolved: dict[tuple[str, Import], Resolution] = field(default_factory=dict)
    _lazy: dict[str, tuple[Import, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, scan: Scan) -> "Names":
        resolver = Resolver.of(scan)
        return cls(resolver, {definition.id: definition for definition in scan.definitions}, Attributes(resolver))

    def definition(self, path: str, name: str) -> str | None:
        """The id of the definition that the dotted `name` stands for in the file `path`."""
        key = (path, name)
        if key not in self._found:
            self._found[key] = None  # what leads back to itself leads nowhere
            self._found[key] = self._attribute(path, tuple(name.split(".")), _LONGEST_CHAIN)
        return self._found[key]

    def within(self, user: Definition, name: str) -> str | None:
        """The same inside a definition, where an import of its own hides the file's."""
        parts = tuple(name.split("."))
        for found in self._lazy_imports(user.path):
            if found.bound == parts[0] and user.line <= found.line <= user.end_line:
                return self._through(user.path, found, parts, _LONGEST_CHAIN)
        return self.definition(user.path, name)

    def qualified(self, path: str, name: str) -> str:
        """`name` in the words of the package that it was imported from."""
        return qualified(name, self.imported(path))

    def origin(self, path: str, name: str) -> tuple[str, str]:
        """The file that binds the dotted `name` other than by importing it, and its name there."""
        parts = tuple(name.split("."))
        for _ in range(_LONGEST_CHAIN):
            found = self.imported(path).get(parts[0]) if path in self.resolver.readers else None
            target = self.resolution(path, found) if found else None
            if target is None or not target.path or not (target.attributes or parts[1:]):
                break
            path, parts = target.path, (*target.attributes, *parts[1:])
        return path, ".".join(parts)

    def resolution(self, path: str, found: Import) -> Resolution:
        """Where an import of the file `path` leads."""
        key = (path, found)
        if key not in self._resolved:
            self._resolved[key] = self.resolver.resolve(path, found)
        return self._resolved[key]

    def imported(self, path: str) -> dict[str, Import]:
        """The imports of a file by the name they bind; one at module level wins over one in a function."""
        if path not in self._imported:
            found: dict[str, Import] = {}
            for one in self._facts(path).imports:
                if one.bound and (one.kind != "lazy" or one.bound not in found):
                    found[one.bound] = one
            self._imported[path] = found
        return self._imported[path]

    def _lazy_imports(self, path: str) -> tuple[Import, ...]:
        if path not in self._lazy:
            self._lazy[path] = tuple(one for one in self._facts(path).imports if one.kind == "lazy")
        return self._lazy[path]

    def _attribute(self, path: str, parts: tuple[str, ...], left: int) -> str | None:
        """Follow `parts` from the module in `path`."""
        if path not in self.resolver.readers or not parts or not left:
            return None
        own = self._own(path)
        if parts[0] in own:
            inner = f"{path}::{'.'.join(parts)}"
            return inner if inner in self.by_id and len(parts) > 1 else own[parts[0]]
        found = self.imported(path).get(parts[0])
        if found is not None:
            return self._through(path, found, parts, left - 1)
        return self._through_star(path, parts, left - 1) or self._in_submodule(path, parts, left - 1)

    def _through(self, path: str, found: Import, parts: tuple[str, ...], left: int) -> str | None:
        if found.name is None and found.module.partition(".")[0] == found.bound:
            return self._through_package(path, found, parts, left)
        resolution = self.resolution(path, found)
        if not resolution.path:
            return None
        return self._attribute(resolution.path, (*resolution.attributes, *parts[1:]), left)

    def _through_package(self, path: str, found: Import, parts: tuple[str, ...], left: int) -> str | None:
        """`import a.b` binds `a`: the longest module that `parts` name is the one that is meant."""
        for size in range(len(parts), 0, -1):
            module = Import(".".join(parts[:size]), None, found.bound, 0, found.line, found.kind)
            resolution = self.resolution(path, module)
            if resolution.path and not resolution.attributes:
                return self._attribute(resolution.path, parts[size:], left)
        return None

    def _through_star(self, path: str, parts: tuple[str, ...], left: int) -> str | None:
        for found in self._facts(path).imports:
            if found.name != "*":
                continue
            target = self.resolution(path, found).path
            if target and parts[0] in self.attributes.public(target).names:
                identity = self._attribute(target, parts, left)
                if identity:
                    return identity
        return None

    def _in_submodule(self, path: str, parts: tuple[str, ...], left: int) -> str | None:
        inner = self.attributes.submodule(path, parts[0]) if len(parts) > 1 else ""
        return self._attribute(inner, parts[1:], left) if inner else None

    def _own(self, path: str) -> dict[str, str]:
        """Definitions by name; where a name is defined twice the later one is bound."""
        if path not in self._top_level:
            self._top_level[path] = {
                definition.name: definition.id
                for definition in self._facts(path).definitions
                if "." not in definition.id.partition("::")[2]
            }
        return self._top_level[path]

    def _facts(self, path: str) -> FileFacts:
        return self.resolver.readers[path]
