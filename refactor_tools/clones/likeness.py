"""How alike two fingerprints are: statements aligned in order, methods matched by name and then by likeness."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from refactor_tools.clones.fingerprints import Fingerprint, Part
from refactor_tools.clones.forms import Form

# Two statements correspond where they share more than this of their weight (`x = torch.sin(x)` and `x = torch.exp(x)`,
# which share their wiring, do not), methods of different names from this on.
_STATEMENT = 0.6
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
        # A property and its setter have one name: the first matches the first, the second the second.
        ours, theirs = _numbered(left), _numbered(right)
        pairs = [(part, theirs[key]) for key, part in ours.items() if key in theirs]
        scored = [
            (-share, key, other)
            for key, part in ours.items()
            for other, candidate in theirs.items()
            if key not in theirs and other not in ours and (share := self._share(part, candidate)) >= _METHOD
        ]
        taken: set[tuple[str, int]] = set()
        for _, key, other in sorted(scored):
            if key not in taken and other not in taken:
                taken |= {key, other}
                pairs.append((ours[key], theirs[other]))
        return pairs

    def _share(self, left: Part, right: Part) -> float:
        total = left.weight + right.weight
        if 2 * most_shared(bag([left]), bag([right])) < _METHOD * total:
            return 0.0
        return 2 * self._part(left, right) / total if total else 0.0

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
        if 2 * shorter <= _STATEMENT * (shorter + longer):
            return 0
        pair = (left, right) if left <= right else (right, left)
        shared = self._seen.get(pair)
        if shared is None:
            shared = common_length(*pair)
            if 2 * shared <= _STATEMENT * (shorter + longer):
                shared = 0
            self._seen[pair] = shared
        return shared


def common_length(left: Form, right: Form) -> int:
    """Length of the longest common subsequence, a row of the table at a time as one integer (Hyyro 2004)."""
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


def bag(parts: Sequence[Part]) -> Counter[str]:
    """How often each token stands in `parts`."""
    return Counter(token for part in parts for form in part.forms for token in form)


def _numbered(parts: Sequence[Part]) -> dict[tuple[str, int], Part]:
    seen: Counter[str] = Counter()
    numbered: dict[tuple[str, int], Part] = {}
    for part in parts:
        numbered[part.name, seen[part.name]] = part
        seen[part.name] += 1
    return numbered
