"""Where strings lead that name modules, definitions or files of the tree."""

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from refactor_tools.model.facts import Reference
from refactor_tools.scan.attributes import Attributes
from refactor_tools.scan.folders import Located
from refactor_tools.scan.resolve import Resolution, Resolver

NAMED = "named in a string"
BY_PATH = "file loaded by its path"
# A name of a module with this many parts is no accident.
_SURE_PARTS = 3


@dataclass(frozen=True, slots=True)
class References:
    """Resolves the references of one tree; `heads` are the first parts that a dotted name into it can have."""

    resolver: Resolver
    attributes: Attributes
    heads: frozenset[str]

    @classmethod
    def of(cls, resolver: Resolver, attributes: Attributes) -> "References":
        parts = {part for path in resolver.files for part in path.removesuffix(".py").split("/")}
        return cls(resolver, attributes, frozenset(parts))

    def resolve(self, path: str, reference: Reference) -> Resolution | None:
        """Where a reference in the file `path` leads; None where the string means something else."""
        if reference.how == "path":
            return self._file(path, reference.text)
        head = reference.text.partition(".")[0]
        if head in self.heads:
            best, how = self._deepest(path, reference.text)
            if reference.how == "name":
                return self._named(reference.text, best, how)
            if best.kind == "compiled" or (best.kind == "file" and self._is_meant(best, reference.text)):
                return self._named(reference.text, best, how)
        return self._outside(head) if reference.how == "name" else None

    def _deepest(self, path: str, text: str) -> tuple[Located, str]:
        """The module with the most parts that `text` leads to, and how its folder came on the search path."""
        best, way = Located("missing"), ""
        for folder, how in self.resolver.search_path(path, text.partition(".")[0]):
            located = self.resolver.folders.locate(folder, text)
            if located.kind == "file" and (best.kind != "file" or located.parts > best.parts):
                best, way = located, how
            elif best.kind == "missing":
                best = located
        return best, way

    def _named(self, text: str, best: Located, how: str) -> Resolution:
        if best.kind == "compiled":
            return Resolution(external=best.path.replace("/", "."), via="string")
        if best.kind == "file":
            return self._reached(best, text, how)
        head = text.partition(".")[0]
        if best.kind == "missing":
            return self._outside(head)
        return Resolution(reason=f"no module `{'.'.join(text.split('.')[: best.parts + 1])}` in the tree")

    def _reached(self, located: Located, text: str, how: str) -> Resolution:
        parts = tuple(text.split("."))
        module = ".".join(parts[: located.parts])
        return Resolution(located.path, parts[located.parts :], module, via="string", how=how or NAMED)

    def _outside(self, head: str) -> Resolution:
        known = self.resolver.is_external(head)
        return Resolution(external=head, via="string", reason="" if known else "neither in the tree nor installed here")

    def _is_meant(self, located: Located, text: str) -> bool:
        parts = text.split(".")
        attributes = parts[located.parts :]
        if not attributes or located.parts >= _SURE_PARTS:
            return True
        facts = self.resolver.files.get(located.path)
        if facts is None:
            return False
        if len(parts) >= _SURE_PARTS:
            return attributes[0] in facts.bound
        return any(one.name == attributes[0] for one in facts.definitions)

    def _file(self, path: str, text: str) -> Resolution:
        if text.startswith("/"):
            return Resolution(reason="a file outside the tree")
        for candidate in self._places(path, text):
            if candidate in self.resolver.files or self.resolver.folders.has_file(candidate):
                return Resolution(candidate, via="string", how=BY_PATH)
        return Resolution(reason="no such file in the tree")

    def _places(self, path: str, text: str) -> Iterator[str]:
        for folder in ("", dirname(path)):
            yield normpath(join(folder, text))
