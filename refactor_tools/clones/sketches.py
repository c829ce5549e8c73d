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
        """The sketch of `tokens` in `size` bits (a multiple of 8): every occurrence of a token has a bit of its own."""
        counts = Counter(tokens)
        places = {hash((token, number)) % size for token, count in counts.items() for number in range(count)}
        flags = bytearray(size // 8)
        for place in places:
            flags[place >> 3] |= 1 << (place & 7)
        return cls(int.from_bytes(flags), counts.total() - len(places))

    def most_shared(self, other: "Sketch") -> int:
        """An upper bound of how many tokens both bags hold, whatever the hashes are."""
        return (self.bits & other.bits).bit_count() + min(self.lost, other.lost)
