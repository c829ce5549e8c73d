"""The stages of an analysis, joined."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from refactor_tools.clones.families import find_families
from refactor_tools.clones.prints import file_prints
from refactor_tools.graph.composition import composition
from refactor_tools.graph.evidence import evidence
from refactor_tools.graph.imports import import_graph
from refactor_tools.graph.lookup import Lookup
from refactor_tools.graph.metrics import file_metrics
from refactor_tools.graph.surroundings import with_importers
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.facts import Finding, Scan, Source
from refactor_tools.model.families import Difference, Families, Family, Proposal
from refactor_tools.scan.listing import Listing
from refactor_tools.scan.memo import Memo
from refactor_tools.scan.names import Names
from refactor_tools.scan.surroundings import with_surroundings
from refactor_tools.scan.tree import collected_later, scan_listing
from refactor_tools.settings import Settings

# No family is described, not even an exact one.
NONE = -1

Described = tuple[tuple[Difference, ...] | None, Proposal | None]


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
        whole = with_surroundings(scan, around, jobs=run.jobs)
        names = Names.of(whole)
        lookup = Lookup.of(whole, names)
        imports = with_importers(import_graph(scan, names), scan, whole, names)
        composed = composition(scan, imports, whole, lookup)
        shown = evidence(scan, composed, whole, lookup)
        run.say("looking for copies", 0, 1)
        families = find_families(scan, run.settings, cache=run.cache)
        run.say("looking for copies", 1, 1)
        if near_proposals != NONE:
            families = _described(run, families, scan, listing, near_proposals)
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


def _described(run: Run, families: Families, scan: Scan, listing: Listing, near_proposals: int | None) -> Families:
    from refactor_tools.unify.describe import describe

    definitions = {definition.id: definition for definition in scan.definitions}
    sources = {source.path: source for source in listing.sources}
    memo: Memo[Described] = Memo(run.settings.root if run.cache else None, "differences", Described)  # type: ignore[arg-type]

    def again(family: Family) -> Family:
        def describe_now() -> Described:
            described = describe(family, sources.get, definitions)
            return described.differences, described.proposal

        differences, proposal = memo.get(_key(family, sources), describe_now)
        return replace(family, differences=differences, proposal=proposal)

    near = [index for index, one in enumerate(families.families) if one.likeness == "near" and one.kind != "method"]
    left_out = frozenset(near[near_proposals:] if near_proposals is not None else ())
    total = len(families.families) - len(left_out)
    described: list[Family] = []
    for index, family in enumerate(families.families):
        described.append(family if index in left_out else again(family))
        run.say("comparing copies", min(index + 1, total), total)
    memo.store()
    return replace(families, families=tuple(described))


def _key(family: Family, sources: Mapping[str, Source]) -> str:
    """A digest of what a description follows from: the family, and the files of its members."""
    paths = sorted({member.partition("::")[0] for member in family.members})
    content = repr((family.kind, family.likeness, family.members, [sources[path].digest for path in paths]))
    return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
