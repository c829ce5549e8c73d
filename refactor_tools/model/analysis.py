"""Everything that one analysis of a tree found."""

from dataclasses import dataclass

from refactor_tools.model.facts import Finding, Scan
from refactor_tools.model.families import Families
from refactor_tools.model.graphs import Composition, FileMetrics, ImportGraph


@dataclass(frozen=True, slots=True)
class Analysis:
    """`seconds` is wall time; `findings` are worth a look one by one, `dead_members` also hold values never read."""

    scan: Scan
    imports: ImportGraph
    composition: Composition
    families: Families
    findings: tuple[Finding, ...]
    seconds: float
    dead_members: tuple[Finding, ...] = ()
    metrics: tuple[FileMetrics, ...] = ()
