"""`analyze-deps` as a function: scan, graphs, clone families, findings."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.model.analysis import Analysis
    from refactor_tools.model.facts import Source
    from refactor_tools.model.families import Families, Family
    from refactor_tools.settings import Settings

# Aligning a near family costs far more than finding it; those further down the list are rarely looked at.
NEAR_PROPOSALS = 50


def analyze(
    settings: Settings,
    paths: Sequence[Path],
    *,
    jobs: int = 1,
    cache: bool = True,
    progress: Callable[[int, int], None] | None = None,
    proposals: bool = True,
) -> Analysis:
    """Everything that reading `paths` (files or folders under the settings' root) shows; nothing of them is run.

    With `proposals`, exact and renamed families and the first near ones say what differs and what they could become.

    Raises:
        RefactorError: a path does not exist or lies outside the root.
    """
    from refactor_tools.clones.families import find_families
    from refactor_tools.clones.prints import file_prints
    from refactor_tools.graph.composition import composition
    from refactor_tools.graph.evidence import evidence
    from refactor_tools.graph.imports import import_graph
    from refactor_tools.graph.lookup import Lookup
    from refactor_tools.graph.metrics import file_metrics
    from refactor_tools.graph.surroundings import with_importers
    from refactor_tools.model.analysis import Analysis
    from refactor_tools.scan.names import Names
    from refactor_tools.scan.surroundings import with_surroundings
    from refactor_tools.scan.tree import collected_later, reader, scan_tree

    started = time.perf_counter()
    scan = scan_tree(settings.root, paths, settings, jobs=jobs, cache=cache, progress=progress, prints=file_prints)
    whole = with_surroundings(scan, paths, settings, jobs=jobs)
    names = Names.of(whole)
    imports = with_importers(import_graph(scan, names), scan, whole, names)
    lookup = Lookup.of(whole, names)
    with collected_later():
        composed = composition(scan, imports, whole, lookup)
        shown = evidence(scan, composed, whole, lookup)
    read = reader(settings.root)
    families = find_families(scan, settings)
    return Analysis(
        scan=scan,
        imports=imports,
        composition=composed,
        families=_described(families, read) if proposals else families,
        findings=shown.findings,
        seconds=time.perf_counter() - started,
        dead_members=shown.dead_members,
        metrics=file_metrics(scan, imports),
    )


def _described(families: Families, read: Callable[[str], Source | None]) -> Families:
    from refactor_tools.unify.describe import describe

    near = 0
    described: list[Family] = []
    for family in families.families:
        near += family.likeness == "near"
        wanted = family.likeness != "near" or near <= NEAR_PROPOSALS
        described.append(describe(family, read) if wanted else family)
    return replace(families, families=tuple(described))
