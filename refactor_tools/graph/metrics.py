"""How each file stands in the import graph: fan-in, fan-out, the longest chain of imports that starts at it."""

from collections.abc import Mapping

import networkx as nx

from refactor_tools.model.facts import Scan
from refactor_tools.model.graphs import FileMetrics, ImportGraph


def file_metrics(scan: Scan, graph: ImportGraph) -> tuple[FileMetrics, ...]:
    """The metrics of every file of `scan`, by path, in time linear in files and edges.

    Fan-in and fan-out as in Henry and Kafura, "Software structure metrics based on information flow" (1981), of files.
    Every kind of import counts, and files of a cycle count once in a chain: it is a longest path of the condensation.
    """
    known = {facts.path for facts in scan.files}
    imports: nx.DiGraph[str] = nx.DiGraph()
    imports.add_nodes_from(sorted(known))
    imports.add_edges_from((edge.source, edge.target) for edge in graph.edges if not edge.external)
    following, depth = _longest_chains(imports)
    return tuple(
        FileMetrics(
            path=facts.path,
            lines=facts.lines,
            definitions=len(facts.definitions),
            fan_in=imports.in_degree(facts.path),
            fan_out=imports.out_degree(facts.path),
            depth=depth[facts.path],
            following=following[facts.path],
        )
        for facts in scan.files
    )


def chain(path: str, following: Mapping[str, str]) -> tuple[str, ...]:
    """The longest chain of imports that starts at `path`; `following` are the metrics' by path."""
    found = [path]
    while following.get(found[-1]):
        found.append(following[found[-1]])
    return tuple(found)


def _longest_chains(imports: "nx.DiGraph[str]") -> tuple[dict[str, str], dict[str, int]]:
    """The next file of each file's longest chain, and how many files the chain has.

    Any file of a cycle stands for the cycle, so what follows it may be imported by another file of the cycle.
    """
    following: dict[str, str] = {}
    depth: dict[str, int] = {}
    condensed = nx.condensation(imports)
    for component in reversed(list(nx.topological_sort(condensed))):
        members = condensed.nodes[component]["members"]
        onward = {target for path in members for target in imports.successors(path)} - members
        best = max(sorted(onward), key=lambda target: depth[target], default="")
        for path in members:
            depth[path] = 1 + (depth[best] if best else 0)
            following[path] = best
    return following, depth
