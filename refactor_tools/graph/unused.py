"""Definitions that nothing in the tree reads in any way."""

import re
from collections.abc import Iterator, Set
from pathlib import Path

from refactor_tools.graph.lookup import Lookup
from refactor_tools.model.facts import Definition, Scan
from refactor_tools.model.graphs import ImportGraph
from refactor_tools.scan.entry_points import entry_points

# Decorators that hand the definition to nobody.
_INERT = frozenset(("dataclass", "total_ordering", "wraps", "lru_cache", "cache", "contextmanager", "final", "unique"))
_INERT_IN_TORCH = frozenset(("no_grad", "inference_mode", "script", "ignore", "unused", "compile"))
# What a framework calls by its name: test runners, importers, hubs, command lines.
_CALLED_BY_NAME = re.compile(r"test_|Test|pytest_|setUp|tearDown|load_tests$|main$|cli$|__")
TEST_FILE = re.compile(
    r"(^|/)(tests?|testing)/|(^|/)(test(ing)?_[^/]*|[^/]*_test|testing|conftest|hubconf|setup|__main__)\.py$"
)


def unused(scan: Scan, whole: Scan, named: Set[str], lookup: Lookup, graph: ImportGraph) -> tuple[str, ...]:
    """Ids of the top-level definitions of `scan` that nothing in `whole` names, imports, exports or writes in a string.

    `named` are those that another definition names. Not counted: test files and what a runner calls by its name, files
    that are imported whole (by a star or a string), the project's entry points, and decorated definitions unless the
    decorator is known to register nothing.
    """
    started = entry_points(Path(scan.root))
    taken_whole = _taken_whole(whole, lookup, graph)
    readers = (*whole.files, *whole.others)
    reached = {identity for facts in readers for identity in lookup.reached(facts.path)}
    reached.update(_named_by_string(lookup, graph))
    by_path = _imported_by_another_path(whole)
    mentioned = {word for facts in readers for text in facts.words for word in text.split(".")}
    mentioned.update(pair.rpartition(".")[2] for facts in readers for pair in facts.attributes)
    return tuple(
        definition.id
        for facts in scan.files
        if facts.path not in taken_whole and not TEST_FILE.search(facts.path)
        for definition in facts.definitions
        if "." not in definition.id.partition("::")[2]
        and definition.id not in named
        and definition.id not in reached
        and definition.name not in mentioned
        and definition.name not in started
        and (_stem(definition.path), definition.name) not in by_path
        and not _CALLED_BY_NAME.match(definition.name)
        and not _is_registered(definition)
    )


def _is_registered(definition: Definition) -> bool:
    return any(decorator.rpartition(".")[2] not in _INERT | _INERT_IN_TORCH for decorator in definition.decorators)


def _named_by_string(lookup: Lookup, graph: ImportGraph) -> Iterator[str]:
    for edge in graph.edges:
        for name in edge.names if edge.via == "string" else ():
            identity = lookup.at(edge.target, name)
            if identity:
                yield identity


def _taken_whole(whole: Scan, lookup: Lookup, graph: ImportGraph) -> frozenset[str]:
    by_string = {edge.target for edge in graph.edges if edge.via == "string" and not edge.names}
    starred = {
        lookup.names.resolution(facts.path, found).path
        for facts in whole.files
        for found in facts.imports
        if found.name == "*"
    }
    return frozenset(by_string | starred)


def _imported_by_another_path(whole: Scan) -> frozenset[tuple[str, str]]:
    """(last part of the module, name) of all imports from a module: the tree may also be imported from where it is
    installed."""
    return frozenset(
        (found.module.rpartition(".")[2], found.name)
        for facts in (*whole.files, *whole.others)
        for found in facts.imports
        if found.name and not found.level
    )


def _stem(path: str) -> str:
    """The last part of the module's name that stands in `path`."""
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    return parts[-1]
