"""The stage that says what differs between copies: in several processes, and only where the run before did not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from refactor_tools.model.facts import Scan, Source
from refactor_tools.model.families import Difference, Families, Family, Proposal
from refactor_tools.scan.listing import Listing
from refactor_tools.scan.memo import Memo, digest_of
from refactor_tools.scan.workers import mapped
from refactor_tools.unify.proposals import unchanged

# Starting workers costs about as much as aligning this many families.
_PARALLEL_FROM, _BATCH = 24, 1

Described = tuple[tuple[Difference, ...] | None, Proposal | None]


@dataclass(frozen=True, slots=True)
class Describer:
    """Describes families of a tree that was scanned, in `jobs` processes (0: one a core)."""

    scan: Scan
    listing: Listing
    jobs: int
    cache: bool

    def described(
        self, families: Families, near_proposals: int | None, progress: Callable[[int, int], None]
    ) -> Families:
        """The families, all but near ones after the first `near_proposals` (None: all) with what differs in them.

        `progress` is called with the number of families aligned and of all that must be.
        """
        near = [index for index, one in enumerate(families.families) if one.likeness == "near" and one.kind != "method"]
        left_out = frozenset(near[near_proposals:] if near_proposals is not None else ())
        definitions = {definition.id: definition for definition in self.scan.definitions}
        found = [
            unchanged(one, definitions[one.members[0]]) if one.kind != "method" and one.likeness == "exact" else one
            for one in families.families
        ]
        waiting = [index for index, one in enumerate(found) if index not in left_out and _needs_alignment(one)]
        aligned = zip(waiting, self._aligned([found[index] for index in waiting]), strict=True)
        for done, (index, family) in enumerate(aligned, start=1):
            found[index] = family
            progress(done, len(waiting))
        return replace(families, families=tuple(found))

    def _aligned(self, families: Sequence[Family]) -> Iterator[Family]:
        sources = {source.path: source for source in self.listing.sources}
        memo: Memo[Described] = Memo(self.listing.root if self.cache else None, "differences", Described)  # type: ignore[arg-type]
        tasks = [_Task.of(family, sources) for family in families]
        keys = [task.key() for task in tasks]
        new = {key: task for key, task in zip(keys, tasks, strict=True) if key not in memo}
        fresh = iter(mapped(_Task.run, list(new.values()), jobs=self.jobs, parallel_from=_PARALLEL_FROM, batch=_BATCH))
        for key, family in zip(keys, families, strict=True):
            differences, proposal = memo.get(key, lambda: next(fresh))
            yield replace(family, differences=differences, proposal=proposal)
        memo.store()


@dataclass(frozen=True, slots=True)
class _Task:
    """A family with the files of its members, for another process."""

    family: Family
    sources: Mapping[str, Source]

    @classmethod
    def of(cls, family: Family, sources: Mapping[str, Source]) -> "_Task":
        paths = {member.partition("::")[0] for member in family.members}
        return cls(family, {path: sources[path] for path in sorted(paths) if path in sources})

    def key(self) -> str:
        """A digest of all that a description follows from."""
        family = self.family
        digests = [(path, source.digest) for path, source in self.sources.items()]
        return digest_of((family.name, family.kind, family.likeness, family.members, family.equal, digests))

    def run(self) -> Described:
        from refactor_tools.unify.describe import describe

        described = describe(self.family, self.sources.get)
        return described.differences, described.proposal


def _needs_alignment(family: Family) -> bool:
    """Whether code has to be read to say what differs: not in exact copies, and of methods nothing is said."""
    return family.kind != "method" and family.likeness != "exact"
