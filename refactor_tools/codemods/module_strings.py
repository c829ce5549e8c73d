"""Names and paths of a module that moves, written in strings, settings, documents and scripts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from posixpath import dirname, join, normpath, relpath

from refactor_tools.codemods.import_modules import Module
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.relocation import Relocation, source_root_of
from refactor_tools.codemods.string_regions import Region
from refactor_tools.codemods.strings import Found, Meaning, Mention, find_names

# A path with at least one slash or a suffix; what may stand before it: ./, ../, $VARIABLE/, ${VARIABLE}/.
_PATH = re.compile(
    r"(?<![\w\-/~.$}])(?P<lead>(?:\./|\$\{?\w+\}?/)*)(?P<path>(?:\.\./)*[\w\-]+(?:[/.][\w\-]+)*/?)(?![\w])"
)
_RUN = re.compile(r"(?:^|[\s\"'\[,])-m[\s\"',]+$")
_BARE = "a file name without its folder"


@dataclass(frozen=True, slots=True)
class ModuleNames:
    """Finds the old dotted name and the old paths."""

    tree: SourceTree
    relocation: Relocation

    def find(self, consumer: str, text: str, regions: Iterable[Region]) -> Iterator[Found]:
        """Both kinds, by place."""
        known = list(regions)
        dotted = find_names(consumer, text, known, self.relocation.word, self.dotted)
        yield from sorted(chain(dotted, self.paths(consumer, text, known)), key=lambda item: item.start)

    def dotted(self, mention: Mention) -> Meaning | None:
        """`old`, or a longer name that begins with it."""
        if mention.consumer in self.relocation.files and mention.region.reason:
            return None
        names = re.split(r"[.:]", mention.token)
        for count in range(1, len(names) + 1):
            module = ".".join(names[:count])
            if len(module) < len(mention.token) and mention.token[len(module)] == ":" and count < len(names) - 1:
                continue
            found = self.relocation.before.imported(mention.consumer, module, 0)
            if isinstance(found, Module) and self.relocation.holds(found):
                if found != self.relocation.root or not self._is_meant(mention, names, count):
                    return None
                return Meaning(len(module), self.relocation.new)
        path = self.relocation.root.path
        if _RUN.search(mention.before) and path in self.relocation.before.elsewhere(mention.consumer, names[0]):
            return Meaning(len(names[0]), self.relocation.new, f"may be {path}, if it is started in its folder")
        return None

    def _is_meant(self, mention: Mention, names: list[str], count: int) -> bool:
        """A single word is a module's name only where nothing else can stand, or with what the module has."""
        if count > 1 or mention.region.imports or _RUN.search(mention.before):
            return True
        if len(names) == count:
            return False
        root = self.relocation.root
        own = None if root.path is None else self.tree.names(root.path)
        if self.relocation.before.submodule(root, names[count]) is not None:
            return True
        return own is not None and names[count] in own.module.binders

    def paths(self, consumer: str, text: str, regions: Iterable[Region]) -> Iterator[Found]:
        """`old/path.py`, from the root, from the source root or from the folder of the file that names it."""
        for region in regions:
            for match in _PATH.finditer(text, region.start, region.end):
                written = match["path"]
                if not self.relocation.word.search(written) or not ("/" in written or written.endswith(".py")):
                    continue
                new = self._new_path(consumer, written)
                if new is not None and new != written:
                    bare = "/" not in written and dirname(consumer) != dirname(self.relocation.root.path or "")
                    yield Found(match.start("path"), written, new, region.reason or (_BARE if bare else ""))

    def _new_path(self, consumer: str, written: str) -> str | None:
        tail = "/" if written.endswith("/") else ""
        sample = next(iter(self.relocation.files))
        for base in dict.fromkeys(("", source_root_of(sample, self.relocation.before), dirname(consumer))):
            new = self._target(normpath(join(base, written)))
            if new is not None:
                return (relpath(new, base) if base else new) + tail
        return None

    def _target(self, path: str) -> str | None:
        if path in self.relocation.files:
            return self.relocation.files[path]
        folder = self.relocation.root.folder
        if folder is not None and path == folder:
            return self.relocation.new_folder
        return None
