"""How many tokens two bags can share at most, in a few machine words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sketch:
    """A bag of tokens as the `bits` of an integer; so many tokens are `lost` because others have set their bit."""

    bits: int
    lost: int

    @classmethod
    def of(cls, tokens: Iterable[str], size: int) -> "Sketch":
        """The sketch of `tokens` in `size` bits: every occurrence of a token has a bit of its own."""
        seen: Counter[str] = Counter()
        bits = 0
        for token in tokens:
            bits |= 1 << hash((token, seen[token])) % size
            seen[token] += 1
        return cls(bits, seen.total() - bits.bit_count())

    def most_shared(self, other: "Sketch") -> int:
        """An upper bound of how many tokens both bags hold, whatever the hashes are."""
        return (self.bits & other.bits).bit_count() + min(self.lost, other.lost)
