"""`analyze-deps` as a function: scan, graphs, clone families, findings."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.model.analysis import Analysis
    from refactor_tools.model.facts import Finding, Scan, Source
    from refactor_tools.model.families import Families, Family
    from refactor_tools.model.graphs import ImportGraph
    from refactor_tools.settings import Settings

# A stage in words, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]
Read = Callable[[str], "Source | None"]

# Aligning a near family costs far more than finding it; those further down the list are rarely looked at.
NEAR_PROPOSALS = 50


def analyze(
    settings: Settings,
    paths: Sequence[Path],
    *,
    jobs: int = 1,
    cache: bool = True,
    progress: Progress | None = None,
    proposals: bool = True,
    near_proposals: int | None = NEAR_PROPOSALS,
) -> Analysis:
    """Everything that reading `paths` (files or folders under the settings' root) shows; nothing of them is run.

    With `proposals`, exact and renamed families and the first `near_proposals` near ones (None: all) say what differs
    and what they could become.

    Raises:
        RefactorError: a path does not exist or lies outside the root.
    """
    from refactor_tools.clones.families import find_families
    from refactor_tools.clones.prints import file_prints
    from refactor_tools.graph.composition import composition
    from refactor_tools.graph.imports import import_graph
    from refactor_tools.model.analysis import Analysis
    from refactor_tools.scan.tree import reader, scan_tree

    started = time.perf_counter()
    say = progress or _silent
    scan = scan_tree(
        settings.root,
        paths,
        settings,
        jobs=jobs,
        cache=cache,
        progress=lambda *done: say("reading files", *done),
        prints=file_prints,
    )
    imports = import_graph(scan)
    say("looking for copies", 0, 1)
    families = find_families(scan, settings)
    say("looking for copies", 1, 1)
    return Analysis(
        scan=scan,
        imports=imports,
        composition=composition(scan, imports),
        families=_described(families, scan, reader(settings.root), near_proposals, say) if proposals else families,
        findings=_findings(scan, imports),
        seconds=time.perf_counter() - started,
        over_limit=tuple(facts.path for facts in scan.files if facts.lines > settings.max_lines),
    )


def _silent(stage: str, done: int, total: int) -> None:
    return None


def _findings(scan: Scan, imports: ImportGraph) -> tuple[Finding, ...]:
    from refactor_tools.graph.passing import not_passed_on

    in_files = (finding for facts in scan.files for finding in facts.findings)
    found = {*in_files, *imports.findings, *not_passed_on(scan)}
    return tuple(sorted(found, key=lambda finding: (finding.path, finding.line, finding.message)))


def _described(families: Families, scan: Scan, read: Read, near_proposals: int | None, say: Progress) -> Families:
    from refactor_tools.unify.describe import describe

    definitions = {definition.id: definition for definition in scan.definitions}
    near = [index for index, one in enumerate(families.families) if one.likeness == "near" and one.kind != "method"]
    left_out = frozenset(near[near_proposals:] if near_proposals is not None else ())
    total = len(families.families) - len(left_out)
    described: list[Family] = []
    for index, family in enumerate(families.families):
        described.append(family if index in left_out else describe(family, read, definitions))
        say("comparing copies", min(index + 1, total), total)
    return replace(families, families=tuple(described))
