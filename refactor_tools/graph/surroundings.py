"""Imports of the files that were asked for by those around them."""

from dataclasses import replace

from refactor_tools.graph.imports import import_graph
from refactor_tools.model.facts import Scan
from refactor_tools.model.graphs import ImportEdge, ImportGraph
from refactor_tools.scan.names import Names


def with_importers(graph: ImportGraph, scan: Scan, whole: Scan, names: Names) -> ImportGraph:
    """`graph` of `scan` with the edges that lead into it from the rest of `whole`; `names` are those of the whole.

    What else the files around import, and what of theirs cannot be resolved, is not asked for.
    """
    own = {facts.path for facts in scan.files}
    rest = tuple(facts for facts in whole.files if facts.path not in own)
    if not rest:
        return graph
    around = import_graph(replace(whole, files=rest, others=()), names)
    inward = (edge for edge in around.edges if edge.target in own)
    return replace(graph, edges=tuple(sorted((*graph.edges, *inward), key=_order)))


def _order(edge: ImportEdge) -> tuple[str, int, str, str, str]:
    return edge.source, edge.line, edge.target, edge.kind, edge.via
