"""The stages of an analysis, joined."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from refactor_tools.api.descriptions import Describer
from refactor_tools.clones.families import find_families
from refactor_tools.clones.prints import file_prints
from refactor_tools.graph.composition import composition
from refactor_tools.graph.evidence import evidence
from refactor_tools.graph.imports import import_graph
from refactor_tools.graph.lookup import Lookup
from refactor_tools.graph.metrics import file_metrics
from refactor_tools.graph.surroundings import with_importers
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.facts import Finding, Source
from refactor_tools.scan.collection import collected_later
from refactor_tools.scan.listing import Listing
from refactor_tools.scan.names import Names
from refactor_tools.scan.surroundings import with_surroundings
from refactor_tools.scan.tree import scan_listing
from refactor_tools.scan.workers import release_workers
from refactor_tools.settings import Settings

# No family is described, not even an exact one.
NONE = -1


@dataclass(frozen=True, slots=True)
class Run:
    """How an analysis is made."""

    settings: Settings
    jobs: int
    cache: bool
    say: Callable[[str, int, int], None]


def made(run: Run, listing: Listing, around: Sequence[Source], near_proposals: int | None) -> Analysis:
    """The analysis of the files in `listing`; its time is not taken.

    `around` are files that may import those. `near_proposals` is the number of near families that are described, None
    for all of them, `NONE` for no family.
    """
    with collected_later():
        scan = scan_listing(
            listing,
            jobs=run.jobs,
            cache=run.cache,
            progress=lambda *done: run.say("reading files", *done),
            prints=file_prints,
        )
        whole = with_surroundings(scan, around, jobs=run.jobs, cache=run.cache)
        names = Names.of(whole)
        lookup = Lookup.of(whole, names)
        imports = with_importers(import_graph(scan, names), scan, whole, names)
        composed = composition(scan, imports, whole, lookup)
        shown = evidence(scan, composed, whole, lookup)
        looking = partial(run.say, "looking for copies")
        looking(0, 1)
        families = find_families(scan, run.settings, jobs=run.jobs, cache=run.cache, progress=looking)
        looking(1, 1)
        if near_proposals != NONE:
            describer = Describer(scan, listing, jobs=run.jobs, cache=run.cache)
            families = describer.described(families, near_proposals, partial(run.say, "comparing copies"))
        release_workers()
        scan = replace(scan, prints=())
        return Analysis(
            scan=scan,
            imports=imports,
            composition=composed,
            families=families,
            findings=_ordered((*shown.findings, *imports.findings)),
            seconds=0.0,
            over_limit=tuple(facts.path for facts in scan.files if facts.lines > run.settings.max_lines),
            dead_members=shown.dead_members,
            metrics=file_metrics(scan, imports),
        )


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.path, finding.line, finding.message)))
