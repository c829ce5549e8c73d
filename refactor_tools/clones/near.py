"""Groups that are near copies of each other: candidates, judged by two kinds of evidence, gathered into cliques."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from refactor_tools.clones.candidates import candidate_pairs
from refactor_tools.clones.cliques import Pair, cliques
from refactor_tools.clones.fingerprints import Fingerprint
from refactor_tools.clones.groups import Group
from refactor_tools.clones.likeness import Comparer, Overlap
from refactor_tools.clones.roles import LEAST_OF_ALL, are_neighbours, comparable, least_similarity, role_evidence
from refactor_tools.clones.sketches import Sketch
from refactor_tools.clones.substance import says_enough
from refactor_tools.clones.vocabulary import Vocabulary
from refactor_tools.scan.memo import Memo

# From here on two groups are alike: the mean of the structure and of the words that they share, names included, or
# structure alone, which must reach what such a pair needs (`least_similarity`). Settled on copies that the maintainers
# of a large library marked or later merged, and on families labelled by hand; figures move little around it.
_LEAST = 0.82
# Words alone make no copy.
_LEAST_STRUCTURE = 0.6
# Two members of a family may be less alike than each must be to the family's medoid, by this much.
_SLACK = 0.03
_BITS = 4096
# So many pairs are judged between two words on progress.
_STEP = 1024

Progress = Callable[[int, int], None]

# The strength of the evidence for a pair, and its similarity by structure.
Judgement = tuple[float, float]
Judgements = Memo[Judgement | None]


@dataclass(frozen=True, slots=True)
class Near:
    """Indices of groups, the medoid first.

    `similarity` is that of the least alike pair by structure, `strength` the weakest evidence for a pair, at most 1.
    """

    members: tuple[int, ...]
    similarity: float
    strength: float


def near_groups(groups: Sequence[Group], root: Path | None, progress: Progress | None = None) -> list[Near]:
    """Cliques of indices into `groups`; what was found is kept for the tree at `root`, nothing without one.

    Of the very same groups the whole is kept, of others how pairs were judged. `progress` is called now and then with
    the number of pairs judged and of all.
    """
    memo = Memo(root, "near", list[Near])
    found = memo.get(_digest(groups), lambda: _searched(groups, root, progress))
    memo.store()
    return found


def _digest(groups: Sequence[Group]) -> str:
    """A digest of all that the search depends on."""
    digest = hashlib.blake2b(digest_size=16)
    for group in groups:
        members = [(member.definition.id, member.role, member.exact) for member in group.members]
        digest.update(repr((group.key, members)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _searched(groups: Sequence[Group], root: Path | None, progress: Progress | None) -> list[Near]:
    places = [index for index, group in enumerate(groups) if says_enough(group.first)]
    if not places:
        return []
    some = [groups[place] for place in places]
    judge = _Judge(some, Comparer(some[0].first.forms), Vocabulary.of(groups))
    judgements: Judgements = Memo(root, "judgements", Judgement | None)  # type: ignore[arg-type]
    candidates = candidate_pairs(some)
    for done, (left, right) in enumerate(candidates):
        judge.judge(left, right, judgements)
        if progress and done % _STEP == 0:
            progress(done, len(candidates))
    judgements.store()
    found = cliques(judge.strengths, [len(group.members) for group in some], _LEAST)
    return [
        Near(tuple(places[index] for index in clique.members), judge.similarity(pairs), judge.weakest(pairs))
        for clique in found
        if (pairs := list(combinations(sorted(clique.members), 2)))
    ]


@dataclass(slots=True)
class _Judge:
    groups: Sequence[Group]
    comparer: Comparer
    vocabulary: Vocabulary
    strengths: dict[Pair, float] = field(default_factory=dict)
    _similarities: dict[Pair, float] = field(default_factory=dict)
    _sketches: dict[int, Sketch] = field(default_factory=dict)

    def judge(self, left: int, right: int, judgements: Judgements) -> None:
        """Keep how strong the evidence is that two groups are copies, where it is near `_LEAST` or more."""
        a, b = self.groups[left], self.groups[right]
        apart = self.vocabulary.tells_apart(a, b)
        if a.paths.isdisjoint(b.paths):
            key = f"{a.key}{b.key}{'|' if apart else ''}"
            judgement = judgements.get(key, lambda: self._judgement(left, right, apart))
        else:
            # Within one file it counts where the two stand.
            judgement = self._judgement(left, right, apart)
        if judgement:
            self.strengths[left, right], self._similarities[left, right] = judgement

    def _judgement(self, left: int, right: int, apart: bool) -> Judgement | None:
        a, b = self.groups[left], self.groups[right]
        if not comparable(a, b):
            return None
        words = 0.0 if are_neighbours(a, b) else _common_words(a.first, b.first) + role_evidence(a, b, apart=apart)
        # Bounds from the cheapest on: by tokens, by what such a pair needs.
        most = self._most(left, right)
        if not _is_near(most, words, LEAST_OF_ALL):
            return None
        least = least_similarity(a, b, apart=apart)
        if not _is_near(most, words, least):
            return None
        overlap = self.comparer.overlap(a.first, b.first)
        return (_strength(overlap, words, least), overlap.similarity) if _is_near(overlap, words, least) else None

    def similarity(self, pairs: Sequence[Pair]) -> float:
        """That of the least alike of `pairs`, by structure."""
        return min(self._similarities[pair] for pair in pairs)

    def weakest(self, pairs: Sequence[Pair]) -> float:
        return min(1.0, *(self.strengths[pair] for pair in pairs))

    def _most(self, left: int, right: int) -> Overlap:
        """An upper bound of the overlap, from the tokens alone."""
        a, b = self.groups[left].first, self.groups[right].first
        return Overlap(min(a.weight, b.weight, self._sketch(left).most_shared(self._sketch(right))), a.weight, b.weight)

    def _sketch(self, index: int) -> Sketch:
        if index not in self._sketches:
            self._sketches[index] = Sketch.of(self.groups[index].first.tokens(), _BITS)
        return self._sketches[index]


def _common_words(left: Fingerprint, right: Fingerprint) -> float:
    """Jaccard's coefficient of the identifiers used, and how much of the smaller set the larger one contains."""
    common = len(left.words & right.words)
    smaller = min(len(left.words), len(right.words))
    return common / (len(left.words) + len(right.words) - common) + common / smaller if common else 0.0


def _is_near(overlap: Overlap, words: float, least: float) -> bool:
    return _strength(overlap, words, least) >= _LEAST - _SLACK


def _strength(overlap: Overlap, words: float, least: float) -> float:
    alone = overlap.similarity - least + _LEAST
    return max(alone, (overlap.dice + words) / 3) if overlap.dice >= _LEAST_STRUCTURE else alone
