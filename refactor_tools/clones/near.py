"""Groups that are near copies of each other: candidates, judged by two kinds of evidence, gathered into cliques."""

import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from refactor_tools.clones.candidates import candidate_pairs
from refactor_tools.clones.cliques import cliques
from refactor_tools.clones.groups import Group
from refactor_tools.clones.judging import LEAST, Judge, Judgement, Pair
from refactor_tools.clones.likeness import Comparer
from refactor_tools.clones.profiles import Profile
from refactor_tools.clones.relations import encloses
from refactor_tools.clones.substance import says_enough
from refactor_tools.clones.vocabulary import Vocabulary
from refactor_tools.model.facts import Definition
from refactor_tools.scan.memo import Memo, digest_of
from refactor_tools.scan.workers import mapped, release_workers

# So many pairs are judged at a time. Sending the profiles to other processes costs about as much as judging some
# thousand of them.
_PAIRS_AT_ONCE = 8192

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Near:
    """Indices of groups, the medoid first.

    `similarity` is that of the least alike pair by structure, `strength` the weakest evidence for a pair, at most 1.
    """

    members: tuple[int, ...]
    similarity: float
    strength: float


def near_groups(
    groups: Sequence[Group], root: Path | None, *, jobs: int = 1, progress: Progress | None = None
) -> list[Near]:
    """Cliques of indices into `groups`; what was found is kept for the tree at `root`, nothing without one.

    Of the very same groups the whole is kept, of others how pairs were judged. `jobs` is the number of processes (0:
    one a core); `progress` is called now and then with the number of pairs judged and of all.
    """
    memo = Memo(root, "near", list[Near])
    found = memo.get(_digest(groups), lambda: _searched(groups, root, jobs, progress))
    memo.store()
    return found


def _digest(groups: Sequence[Group]) -> str:
    """A digest of all that the search depends on."""
    return digest_of(
        (group.key, [(member.definition.id, member.role, member.exact) for member in group.members]) for group in groups
    )


def _searched(groups: Sequence[Group], root: Path | None, jobs: int, progress: Progress | None) -> list[Near]:
    places = [index for index, group in enumerate(groups) if says_enough(group.first)]
    if not places:
        return []
    some = [groups[place] for place in places]
    vocabulary = Vocabulary.of(groups)
    pairs = [
        Pair(left, right, vocabulary.tells_apart(some[left], some[right]))
        for left, right in candidate_pairs(some)
        if not _is_nested(some[left].first.definition, some[right].first.definition)
    ]
    judged = dict(_judged(some, pairs, root, jobs, progress))
    found = cliques({pair: strength for pair, (strength, _) in judged.items()}, [len(g.members) for g in some], LEAST)
    return [
        Near(
            tuple(places[index] for index in clique.members),
            min(judged[pair][1] for pair in inside),
            min(1.0, *(judged[pair][0] for pair in inside)),
        )
        for clique in found
        if (inside := list(combinations(sorted(clique.members), 2)))
    ]


def _judged(
    groups: Sequence[Group], pairs: Sequence[Pair], root: Path | None, jobs: int, progress: Progress | None
) -> Iterator[tuple[tuple[int, int], Judgement]]:
    """The pairs that are near, by index; how each was judged is kept."""
    memo: Memo[Judgement | None] = Memo(root, "judgements", Judgement | None)  # type: ignore[arg-type]
    keys = [_key(groups[pair.left], groups[pair.right], pair) for pair in pairs]
    new = {key: pair for pair, key in zip(pairs, keys, strict=True) if key not in memo}
    fresh = iter(_fresh(groups, list(new.values()), jobs, progress))
    for pair, key in zip(pairs, keys, strict=True):
        judgement = memo.get(key, lambda: next(fresh))
        if judgement:
            yield (pair.left, pair.right), judgement
    memo.store()


def _key(left: Group, right: Group, pair: Pair) -> str:
    """What a judgement is kept under: the groups, and how they stand to each other in the tree."""
    beside = "" if left.paths.isdisjoint(right.paths) else "/"
    return f"{left.key}{right.key}{beside}{'|' if pair.apart else ''}"


def _is_nested(left: Definition, right: Definition) -> bool:
    """Whether one stands inside of the other: a class and the class around it are no copies."""
    return encloses(left, right) or encloses(right, left)


def _fresh(
    groups: Sequence[Group], pairs: Sequence[Pair], jobs: int, progress: Progress | None
) -> list[Judgement | None]:
    found: list[Judgement | None] = []
    if not pairs:
        return found
    profiles = {index: Profile.of(groups[index]) for index in {side for pair in pairs for side in pair.sides}}
    packed = pickle.dumps(Judge(profiles, Comparer(groups[0].first.forms)), protocol=pickle.HIGHEST_PROTOCOL)
    tasks = [_Task(packed, pairs[start : start + _PAIRS_AT_ONCE]) for start in range(0, len(pairs), _PAIRS_AT_ONCE)]
    for judgements in mapped(_Task.run, tasks, jobs=jobs, parallel_from=2, batch=1):
        found += judgements
        if progress:
            progress(len(found), len(pairs))
    _unpacked.cache_clear()
    release_workers()
    return found


@dataclass(frozen=True, slots=True)
class _Task:
    """Pairs to judge, with the judge, who is packed once for all tasks."""

    packed: bytes
    pairs: Sequence[Pair]

    def run(self) -> list[Judgement | None]:
        judge = _unpacked(self.packed)
        return [judge.judge(pair) for pair in self.pairs]


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Judge:
    judge: Judge = pickle.loads(packed)
    return judge
