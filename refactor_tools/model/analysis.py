"""Everything that one analysis of a tree found."""

from dataclasses import dataclass

from refactor_tools.model.facts import Finding, Scan
from refactor_tools.model.families import Families
from refactor_tools.model.graphs import Composition, FileMetrics, ImportGraph


@dataclass(frozen=True, slots=True)
class Analysis:
    """`seconds` is wall time; `findings` are worth a look one by one, `dead_members` also hold values that are never
    read; `over_limit` are the files that are longer than the settings want."""

    scan: Scan
    imports: ImportGraph
    composition: Composition
    families: Families
    findings: tuple[Finding, ...]
    seconds: float
    over_limit: tuple[str, ...] = ()
    dead_members: tuple[Finding, ...] = ()
    metrics: tuple[FileMetrics, ...] = ()
