"""Everything that the graphs show of a tree, each part read with the others at hand."""

from dataclasses import dataclass

from refactor_tools.graph.arguments import unused_arguments
from refactor_tools.graph.lineage import Lineage
from refactor_tools.graph.lookup import Lookup
from refactor_tools.graph.members import NEVER_CALLED, dead_members
from refactor_tools.graph.passing import not_passed_on
from refactor_tools.graph.readers import Readers
from refactor_tools.model.facts import Finding, Scan
from refactor_tools.model.graphs import Composition


@dataclass(frozen=True, slots=True)
class Evidence:
    """`findings` are worth a look one by one; `dead_members` also hold values that are assigned and never read."""

    findings: tuple[Finding, ...]
    dead_members: tuple[Finding, ...]


def evidence(scan: Scan, composition: Composition, whole: Scan | None = None, lookup: Lookup | None = None) -> Evidence:
    """The suspicious behaviour of the modules of `scan`, by path and line; `whole` and `lookup` as in `composition`."""
    whole = whole or scan
    lookup = lookup or Lookup.of(whole)
    lineage = Lineage.of(whole, lookup)
    readers = Readers.of(whole, composition, lookup)
    dead = dead_members(scan, lookup, lineage, readers)
    found = {
        *unused_arguments(scan, composition.relations, lookup, lineage),
        *not_passed_on(scan, lookup.names),
        *(one for one in dead if one.code == NEVER_CALLED),
    }
    return Evidence(tuple(sorted(found, key=lambda one: (one.path, one.line, one.message))), dead)
