"""How alike two fingerprints are: statements aligned in order, methods matched by name and then by likeness."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from refactor_tools.clones.fingerprints import Fingerprint, Part
from refactor_tools.clones.forms import Form

# Two statements (two methods of different names) correspond where they share this much of their weight.
_STATEMENT = 0.5
_METHOD = 0.6


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two definitions share, in tokens' weight."""

    shared: int
    left: int
    right: int

    @property
    def similarity(self) -> float:
        """The mean of Dice's coefficient and of containment: a copy that grew is still a copy."""
        if not self.shared:
            return 0.0
        return self.shared / (self.left + self.right) + self.shared / (2 * min(self.left, self.right))


@dataclass(slots=True)
class Comparer:
    """Measures overlaps; remembers what pairs of statements share, since trees repeat the same statements."""

    _seen: dict[tuple[Form, Form], int] = field(default_factory=dict)

    def overlap(self, left: Fingerprint, right: Fingerprint) -> Overlap:
        shared = sum(self._part(a, b) for a, b in self._matched(left.parts, right.parts))
        return Overlap(shared, left.weight, right.weight)

    def _matched(self, left: Sequence[Part], right: Sequence[Part]) -> list[tuple[Part, Part]]:
        by_name = {part.name: part for part in right}
        pairs = [(part, by_name[part.name]) for part in left if part.name in by_name]
        matched = {part.name for part, _ in pairs}
        ours = [part for part in left if part.name not in matched and part.weight]
        theirs = [part for part in right if part.name not in matched and part.weight]
        scored = sorted(
            (-share, a.name, b.name, a, b)
            for a in ours
            for b in theirs
            if _bag_share(a, b) >= _METHOD and (share := self._share(a, b)) >= _METHOD
        )
        taken: set[str] = set()
        for _, name, other, a, b in scored:
            if name not in taken and other not in taken:
                taken |= {name, other}
                pairs.append((a, b))
        return pairs

    def _share(self, left: Part, right: Part) -> float:
        return 2 * self._part(left, right) / (left.weight + right.weight)

    def _part(self, left: Part, right: Part) -> int:
        if left.keyed and right.keyed:
            return self._keyed(left.forms, right.forms)
        return self._ordered(left.forms, right.forms)

    def _ordered(self, left: Sequence[Form], right: Sequence[Form]) -> int:
        """The heaviest common subsequence of statements; equal ends belong to it and are taken off first."""
        start, end = 0, 0
        shortest = min(len(left), len(right))
        while start < shortest and left[start] == right[start]:
            start += 1
        while end < shortest - start and left[-1 - end] == right[-1 - end]:
            end += 1
        total = sum(map(len, left[:start])) + sum(map(len, left[len(left) - end :]))
        right = right[start : len(right) - end]
        best = [0] * (len(right) + 1)
        for form in left[start : len(left) - end]:
            diagonal = 0
            for column, other in enumerate(right, 1):
                above = best[column]
                best[column] = max(above, best[column - 1], diagonal + self._statement(form, other))
                diagonal = above
        return total + best[-1]

    def _keyed(self, left: Sequence[Form], right: Sequence[Form]) -> int:
        """Statements paired wherever they stand: equal ones first, then the most alike."""
        ours, theirs = Counter(left), Counter(right)
        common = ours & theirs
        total = sum(len(form) * count for form, count in common.items())
        rest = sorted((ours - common).elements()), sorted((theirs - common).elements())
        scored = [
            (-share, i, j)
            for i, a in enumerate(rest[0])
            for j, b in enumerate(rest[1])
            if (share := self._statement(a, b))
        ]
        rows: set[int] = set()
        columns: set[int] = set()
        for share, i, j in sorted(scored):
            if i not in rows and j not in columns:
                rows.add(i)
                columns.add(j)
                total -= share
        return total

    def _statement(self, left: Form, right: Form) -> int:
        if left == right:
            return len(left)
        shorter, longer = sorted((len(left), len(right)))
        if 2 * shorter < _STATEMENT * (shorter + longer):
            return 0
        pair = (left, right) if left <= right else (right, left)
        shared = self._seen.get(pair)
        if shared is None:
            shared = common_length(*pair)
            if 2 * shared < _STATEMENT * (shorter + longer):
                shared = 0
            self._seen[pair] = shared
        return shared


def common_length(left: Form, right: Form) -> int:
    """Length of the longest common subsequence, one row per machine operation (Hyyro 2004, after Crochemore et al.)."""
    places: dict[str, int] = {}
    for index, token in enumerate(left):
        places[token] = places.get(token, 0) | 1 << index
    full = (1 << len(left)) - 1
    row = full
    for token in right:
        hit = row & places.get(token, 0)
        row = (row + hit | row - hit) & full
    return len(left) - row.bit_count()


def most_shared(left: Counter[str], right: Counter[str]) -> int:
    """An upper bound of the overlap of two definitions, from their tokens alone."""
    if len(right) < len(left):
        left, right = right, left
    return sum(min(count, right[token]) for token, count in left.items() if token in right)


def _bag_share(left: Part, right: Part) -> float:
    shared = most_shared(bag([left]), bag([right]))
    return 2 * shared / (left.weight + right.weight)


def bag(parts: Sequence[Part]) -> Counter[str]:
    """How often each token stands in `parts`."""
    return Counter(token for part in parts for form in part.forms for token in form)
