"""How strong the evidence is that two groups are near copies: bounds first, then the alignment."""

from collections.abc import Mapping
from dataclasses import dataclass

from refactor_tools.clones.likeness import Comparer, Overlap
from refactor_tools.clones.profiles import Profile
from refactor_tools.clones.roles import are_neighbours, comparable, least_similarity, role_evidence

# From here on two groups are alike: the mean of the structure and of the words that they share, names included, or
# structure alone, which must reach what such a pair needs (`least_similarity`). Settled on copies that the maintainers
# of a large library marked or later merged, and on families labelled by hand; figures move little around it.
LEAST = 0.82
# Words alone make no copy.
_LEAST_STRUCTURE = 0.6
# Two members of a family may be less alike than each must be to the family's medoid, by this much.
_SLACK = 0.03

# The strength of the evidence for a pair, and its similarity by structure.
Judgement = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two numbers of profiles; `apart` if the tree tells their roles apart."""

    left: int
    right: int
    apart: bool

    @property
    def sides(self) -> tuple[int, int]:
        return self.left, self.right


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges pairs of `profiles`, which are found by number."""

    profiles: Mapping[int, Profile]
    comparer: Comparer

    def judge(self, pair: Pair) -> Judgement | None:
        """How strong the evidence is, where it is near `LEAST` or more."""
        a, b = self.profiles[pair.left], self.profiles[pair.right]
        if not comparable(a, b):
            return None
        words = 0.0 if are_neighbours(a, b) else _common_words(a, b) + role_evidence(a, b, apart=pair.apart)
        least = least_similarity(a, b, apart=pair.apart)
        # The tokens alone say for most pairs that they cannot be near.
        most = Overlap(min(a.weight, b.weight, a.bag.most_shared(b.bag)), a.weight, b.weight)
        if not _is_near(most, words, least):
            return None
        overlap = self.comparer.overlap(a, b)
        return (_strength(overlap, words, least), overlap.similarity) if _is_near(overlap, words, least) else None


def _common_words(left: Profile, right: Profile) -> float:
    """Jaccard's coefficient of the identifiers used, and how much of the smaller set the larger one contains."""
    ours, theirs = len(left.words), len(right.words)
    common = len(left.words & right.words)
    return common / (ours + theirs - common) + common / min(ours, theirs) if common else 0.0


def _is_near(overlap: Overlap, words: float, least: float) -> bool:
    return _strength(overlap, words, least) >= LEAST - _SLACK


def _strength(overlap: Overlap, words: float, least: float) -> float:
    alone = overlap.similarity - least + LEAST
    return max(alone, (overlap.dice + words) / 3) if overlap.dice >= _LEAST_STRUCTURE else alone
