"""The import graph's findings as lines of a place and a message."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from refactor_tools.model.facts import Scan
from refactor_tools.model.graphs import Cycle, ImportGraph, Unresolved
from refactor_tools.report.words import count, listed

_MOST_IN_LINE = 4
_HOW = {
    "script folder": "by bare name, found only from its own folder",
    "sys.path": "through a sys.path edit",
    "sys.path of another file": "through another file's sys.path edit",
    "started from another folder": "by bare name, found only when started from another folder",
    "import by string": "by a string",
    "named in a string": "named in a string",
    "file loaded by its path": "by its path",
    "looked up in a registry": "through a registry, by a string",
}


def notice_lines(scan: Scan, graph: ImportGraph) -> list[tuple[str, str]]:
    """What keeps the graph from showing everything, and which files besides Python source were read for it."""
    lines = [("imports", notice) for notice in graph.notices]
    if scan.others:
        kinds = Counter("notebook" if facts.path.endswith(".ipynb") else "configuration file" for facts in scan.others)
        read = ", ".join(count(number, kind) for kind, number in sorted(kinds.items()))
        lines.append(("also read", f"{read}, for what they import and name"))
    return lines


def cycle_lines(graph: ImportGraph) -> list[tuple[str, str]]:
    """Each ring, whether it closes at runtime, and the import to cut."""
    return [(_ring(cycle), _cut(cycle)) for cycle in graph.cycles]


def hidden_lines(graph: ImportGraph) -> list[tuple[str, str]]:
    """Hidden dependencies, those of one file through one way together."""
    groups: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for hidden in graph.hidden:
        groups[(hidden.path, hidden.how)].append((hidden.line, hidden.target))
    lines = []
    for (path, how), found in groups.items():
        targets = list(dict.fromkeys(target for _, target in found))
        lines.append((f"{path}:{found[0][0]}", f"{_HOW.get(how, how)}: {listed(targets, _MOST_IN_LINE)}"))
    return lines


def unresolved_lines(graph: ImportGraph) -> list[tuple[str, str]]:
    """Unresolved imports; those of one package that is not installed together, after those in the tree."""
    lines = [*_in_tree(graph)]
    packages: dict[str, list[Unresolved]] = defaultdict(list)
    for one in graph.unresolved:
        if _is_absent_package(one):
            packages[one.name.partition(".")[0]].append(one)
    for package, found in sorted(packages.items()):
        first = f"{found[0].path}:{found[0].line}"
        others = f", {count(len(found), 'import')}, first in {first}" if len(found) > 1 else f", imported in {first}"
        lines.append((package, f"{found[0].reason}{others}"))
    return lines


def _ring(cycle: Cycle) -> str:
    if len(cycle.paths) <= _MOST_IN_LINE:
        return " -> ".join([*cycle.paths, cycle.paths[0]])
    return f"{count(len(cycle.paths), 'file')}: {listed(cycle.paths, 2)}"


def _cut(cycle: Cycle) -> str:
    when = "at runtime" if cycle.at_runtime else "only through lazy or type-only imports"
    return f"({when}; cheapest cut: {cycle.cut.source}:{cycle.cut.line} imports {cycle.cut.target})"


def _is_absent_package(one: Unresolved) -> bool:
    return one.reason.startswith("neither")


def _in_tree(graph: ImportGraph) -> Iterator[tuple[str, str]]:
    """What the tree does not have, and what is computed; the same of one file together."""
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for one in graph.unresolved:
        if not _is_absent_package(one):
            groups[(one.path, one.name, one.reason)].append(one.line)
    for (path, name, reason), lines in groups.items():
        times = f", {len(lines):,} times" if len(lines) > 1 else ""
        subject = count(len(lines), "import") if name == "*" else f"`{name}`{times}"
        yield f"{path}:{lines[0]}", f"{subject}: {reason}"
