"""Brings both sides of a proof into one process: stored slices as private modules, components and shims by import."""

import hashlib
import importlib
import linecache
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, ModuleType

from refactor_tools.model.proofs import ShimPlace


def load_original(source: str, name: str, label: str) -> object:
    """The class or function `name` of a stored slice, executed as a private module.

    The module is registered, so that dataclasses, pickles and `inspect` work on what it defines, and its lines are
    known to `linecache`, so that tracebacks and coverage show them. The same source is executed once per process.
    """
    digest = hashlib.sha256(f"{label}\0{source}".encode()).hexdigest()[:16]
    module_name = f"_original_{digest}"
    filename = f"<original {label}>"
    module = sys.modules.get(module_name) or _execute(source, module_name, filename)
    # Another source may have had this label meanwhile.
    _show_lines(source, filename)
    return attribute(module, name)


def load_component(module: str, name: str, sys_path: Sequence[str] = ()) -> object:
    """The class or function `name` of `module`, found with `sys_path` in front of the import path."""
    extend_path(sys_path)
    return attribute(importlib.import_module(module), name)


def load_shim(place: ShimPlace) -> object:
    """What the legacy name stands for in the refactored tree."""
    return load_component(place.module, place.name, place.sys_path)


def load_apart(module: str, name: str, sys_path: Sequence[str]) -> object:
    """`load_component` of a tree whose modules may be called as those of another that is loaded already.

    The definition's module gets a name of its own; the modules of the other tree stay what they are.
    """
    before, path = dict(sys.modules), list(sys.path)
    for loaded in before:
        if _lies_in(loaded.partition(".")[0], sys_path):
            del sys.modules[loaded]
    try:
        found = load_component(module, name, sys_path)
        home = sys.modules[str(found.__module__)]
    finally:
        sys.path[:] = path
        for loaded in set(sys.modules) - set(before):
            if _lies_in(loaded.partition(".")[0], sys_path):
                del sys.modules[loaded]
        sys.modules.update(before)
    found.__module__ = f"_apart_{home.__name__}"
    sys.modules[found.__module__] = home
    return found


def _lies_in(package: str, folders: Sequence[str]) -> bool:
    """Whether an import of `package` can lead into one of `folders`, other than for what the interpreter brings."""
    places = (Path(folder) / end for folder in folders for end in (f"{package}/", f"{package}.py"))
    return package not in sys.stdlib_module_names and any(place.exists() for place in places)


def extend_path(entries: Sequence[str]) -> None:
    """Put `entries` in front of the import path, in order, each once."""
    sys.path[:] = [*entries, *(entry for entry in sys.path if entry not in entries)]
    importlib.invalidate_caches()


def attribute(module: ModuleType, name: str) -> object:
    """The object at a dotted name in `module`."""
    found: object = module
    for part in name.split("."):
        found = getattr(found, part)
    return found


def load_variant(original: object, source: str, label: str, names: Mapping[str, object]) -> object:
    """The counterpart of a loaded class or function in another text of its module, executed beside it.

    `names` stand in the module before its text runs. Relative imports work as in the module itself.
    """
    home = sys.modules[str(original.__module__)]
    digest = hashlib.sha256(f"{label}\0{source}".encode()).hexdigest()[:16]
    module = _execute(source, f"_variant_{digest}", f"<variant {label}>", {"__package__": home.__package__, **names})
    return attribute(module, str(getattr(original, "__qualname__", "")))


def names_of(definition: object) -> Mapping[str, object]:
    """The globals of the module that a loaded class or function stands in."""
    return vars(sys.modules[str(definition.__module__)])


def source_of(definition: object) -> str:
    """The text of the module that a loaded class or function stands in."""
    home = sys.modules[str(definition.__module__)]
    return "".join(linecache.getlines(str(home.__file__)))


def _execute(
    source: str, module_name: str, filename: str, names: Mapping[str, object] = MappingProxyType({})
) -> ModuleType:
    module = ModuleType(module_name)
    module.__file__ = filename
    vars(module).update(names)
    _show_lines(source, filename)
    sys.modules[module_name] = module
    try:
        exec(compile(source, filename, "exec", dont_inherit=True), module.__dict__)
    except BaseException:
        del sys.modules[module_name]
        raise
    return module


def _show_lines(source: str, filename: str) -> None:
    # No modification time: linecache keeps such an entry when it drops those whose files changed.
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
