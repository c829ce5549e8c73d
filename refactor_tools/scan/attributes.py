"""What a module of the tree has: its own names, those that star imports bring, and which of them are public."""

from dataclasses import dataclass, field
from posixpath import dirname

from refactor_tools.model.facts import FileFacts
from refactor_tools.scan.resolve import Resolver

_FILLS_ITSELF = frozenset(("globals", "locals", "vars", "sys.modules"))
_OF_EVERY_MODULE = frozenset(
    ("__version__", "__file__", "__path__", "__name__", "__doc__", "__all__", "__dict__", "__spec__", "__loader__")
)


@dataclass(frozen=True, slots=True)
class Public:
    """The names that `from module import *` binds; with `is_open` there may be more that the tree does not show."""

    names: frozenset[str] = frozenset()
    is_open: bool = False


_UNKNOWN = Public(is_open=True)


@dataclass(slots=True)
class Attributes:
    """Answers for the modules of one tree, each worked out once."""

    resolver: Resolver
    _public: dict[str, Public] = field(default_factory=dict)
    _starred: dict[str, Public] = field(default_factory=dict)

    def provides(self, path: str, name: str) -> bool:
        """Whether the module in `path` may have the attribute `name`; true where that cannot be known."""
        facts = self.resolver.files.get(path)
        if facts is None or name in facts.bound or name in _OF_EVERY_MODULE:
            return True
        if "__getattr__" in facts.bound or _fills_itself(facts):
            return True
        unread = not facts.bound and bool(facts.problems)
        starred = self._through_stars(facts)
        return unread or starred.is_open or name in starred.names

    def public(self, path: str) -> Public:
        """What a star import of the module in `path` binds, through `__all__` and the star imports that it has."""
        if path not in self._public:
            self._public[path] = _UNKNOWN  # while modules that import each other with stars are worked out
            facts = self.resolver.files.get(path)
            self._public[path] = _UNKNOWN if facts is None else self._exported(facts)
        return self._public[path]

    def submodule(self, path: str, name: str) -> str:
        """The file of the submodule `name` of the package in `path`, "" where there is none."""
        if not path.endswith("__init__.py"):
            return ""
        located = self.resolver.folders.locate(dirname(path), name)
        return located.path if located.kind == "file" and located.parts == name.count(".") + 1 else ""

    def _exported(self, facts: FileFacts) -> Public:
        if facts.exported is None and not facts.exported_from:
            own = frozenset(name for name in facts.bound if not name.startswith("_"))
            starred = self._through_stars(facts)
            return Public(own | starred.names, starred.is_open or _fills_itself(facts))
        taken = [self._of_module(facts, module) for module in facts.exported_from]
        names = frozenset(facts.exported or ()).union(*(one.names for one in taken))
        return Public(names, facts.exported is None or any(one.is_open for one in taken))

    def _through_stars(self, facts: FileFacts) -> Public:
        if facts.path not in self._starred:
            self._starred[facts.path] = _UNKNOWN
            targets = (self.resolver.resolve(facts.path, one).path for one in facts.imports if one.name == "*")
            brought = [self.public(target) if target else _UNKNOWN for target in targets]
            names = frozenset[str]().union(*(one.names for one in brought))
            self._starred[facts.path] = Public(names, any(one.is_open for one in brought))
        return self._starred[facts.path]

    def _of_module(self, facts: FileFacts, module: str) -> Public:
        """The `__all__` of a module by the name that the file knows it by; importing a submodule binds it, too."""
        head, _, rest = module.partition(".")
        for found in facts.imports:
            if found.bound == head:
                target = self.resolver.resolve(facts.path, found)
                path = target.path if not target.attributes else ""
                inner = self.submodule(path, rest) if path and rest else path
                return self.public(inner) if inner else _UNKNOWN
        inside = self.submodule(facts.path, module)
        return self.public(inside) if inside else _UNKNOWN


def _fills_itself(facts: FileFacts) -> bool:
    """Whether a module may bind names that stand nowhere in it."""
    return not _FILLS_ITSELF.isdisjoint(facts.names) or any(one.name == "__all__" for one in facts.computed)
