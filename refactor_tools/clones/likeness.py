"""How alike two fingerprints are: statements aligned in order, methods matched by name and then by likeness."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from refactor_tools.clones.fingerprints import Forms
from refactor_tools.clones.forms import Form
from refactor_tools.clones.sketches import Sketch
from refactor_tools.model.prints import Part

# Two statements correspond where they share more than this of their weight (`x = torch.sin(x)` and `x = torch.exp(x)`,
# which share their wiring, do not), methods of different names from this on.
_STATEMENT = 0.6
_METHOD = 0.6

_BITS, _METHOD_BITS = 256, 1024


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two definitions share, in tokens' weight."""

    shared: int
    left: int
    right: int

    @property
    def dice(self) -> float:
        """The shared part of both together."""
        return 2 * self.shared / (self.left + self.right) if self.shared else 0.0

    @property
    def similarity(self) -> float:
        """The mean of Dice's coefficient and of containment: a copy that grew is still a copy."""
        return (self.dice + self.shared / min(self.left, self.right)) / 2 if self.shared else 0.0


class Compared(Protocol):
    """A definition by its parts; `weight` is that of all of them, in tokens."""

    @property
    def parts(self) -> tuple[Part, ...]: ...

    @property
    def weight(self) -> int: ...


@dataclass(slots=True)
class Comparer:
    """Measures overlaps; remembers what pairs of statements and of methods share, since trees repeat them."""

    forms: Forms
    _statements: dict[int, dict[int, int]] = field(default_factory=dict)
    _sketches: dict[int, Sketch] = field(default_factory=dict)
    _bags: dict[tuple[int, ...], Sketch] = field(default_factory=dict)
    _parts: dict[tuple[tuple[int, ...], tuple[int, ...], bool], int] = field(default_factory=dict)

    def overlap(self, left: Compared, right: Compared) -> Overlap:
        shared = sum(self._part(a, b) for a, b in self._matched(left.parts, right.parts))
        return Overlap(shared, left.weight, right.weight)

    def overlap_of(self, left: Part, right: Part, least: float) -> Overlap | None:
        """The overlap of two methods; None where their tokens alone show that Dice's coefficient is below `least`."""
        ours, theirs = self._weight(left.forms), self._weight(right.forms)
        for most in (min(ours, theirs), self._bag(left.forms).most_shared(self._bag(right.forms))):
            if Overlap(most, ours, theirs).dice < least:
                return None
        return Overlap(self._part(left, right), ours, theirs)

    def _matched(self, left: Sequence[Part], right: Sequence[Part]) -> list[tuple[Part, Part]]:
        # A property and its setter have one name: the first matches the first, the second the second.
        ours, theirs = _numbered(left), _numbered(right)
        pairs = [(part, theirs[key]) for key, part in ours.items() if key in theirs]
        scored = [
            (-share, key, other)
            for key, part in ours.items()
            if key not in theirs
            for other, candidate in theirs.items()
            if other not in ours and (share := self._share(part, candidate)) >= _METHOD
        ]
        taken: set[tuple[str, int]] = set()
        for _, key, other in sorted(scored):
            if key not in taken and other not in taken:
                taken |= {key, other}
                pairs.append((ours[key], theirs[other]))
        return pairs

    def _share(self, left: Part, right: Part) -> float:
        """Dice's coefficient of two methods, 0 where their tokens alone show that it is too small."""
        overlap = self.overlap_of(left, right, _METHOD)
        return overlap.dice if overlap else 0.0

    def _weight(self, forms: Sequence[int]) -> int:
        return sum(len(self.forms.tokens[form]) for form in forms)

    def _bag(self, forms: tuple[int, ...]) -> Sketch:
        found = self._bags.get(forms)
        if found is None:
            tokens = (token for form in forms for token in self.forms.tokens[form])
            found = self._bags[forms] = Sketch.of(tokens, _METHOD_BITS)
        return found

    def _part(self, left: Part, right: Part) -> int:
        if left.forms == right.forms:
            return self._weight(left.forms)
        pair = (left.forms, right.forms) if left.forms <= right.forms else (right.forms, left.forms)
        key = (*pair, left.keyed and right.keyed)
        if key not in self._parts:
            self._parts[key] = self._keyed(*pair) if key[2] else self._ordered(*pair)
        return self._parts[key]

    def _ordered(self, left: Sequence[int], right: Sequence[int]) -> int:
        """The heaviest common subsequence of statements; equal ends belong to it and are taken off first."""
        start, end = 0, 0
        shortest = min(len(left), len(right))
        while start < shortest and left[start] == right[start]:
            start += 1
        while end < shortest - start and left[-1 - end] == right[-1 - end]:
            end += 1
        total = self._weight(left[:start]) + self._weight(left[len(left) - end :])
        right = right[start : len(right) - end]
        return total + self._heaviest(left[start : len(left) - end], right)

    def _heaviest(self, left: Sequence[int], right: Sequence[int]) -> int:
        columns: dict[int, list[int]] = {}
        for column, form in enumerate(right, 1):
            columns.setdefault(form, []).append(column)
        # What stands on both sides corresponds to its equal; only the rest is compared token by token.
        ours = set(left)
        rest = [(column, form) for column, form in enumerate(right, 1) if form not in ours]
        # best[column]: the heaviest common subsequence so far that ends in this column.
        best = [0] * (len(right) + 1)
        for form in left:
            if form in columns:
                weight = len(self.forms.tokens[form])
                matches = [(column, weight) for column in columns[form]]
            else:
                shares = self._shares(form, rest)
                matches = [(column, shares[other]) for column, other in rest if shares[other]]
            _advance(best, matches)
        return max(best)

    def _keyed(self, left: Sequence[int], right: Sequence[int]) -> int:
        """Statements paired wherever they stand: equal ones first, then the most alike."""
        ours, theirs = Counter(left), Counter(right)
        common = ours & theirs
        total = sum(len(self.forms.tokens[form]) * count for form, count in common.items())
        left_over, others = sorted((ours - common).elements()), sorted((theirs - common).elements())
        numbered = list(enumerate(others))
        scored = []
        for row, form in enumerate(left_over):
            shares = self._shares(form, numbered)
            scored += [(-shares[other], row, column) for column, other in numbered if shares[other]]
        rows: set[int] = set()
        columns: set[int] = set()
        for share, row, column in sorted(scored):
            if row not in rows and column not in columns:
                rows.add(row)
                columns.add(column)
                total -= share
        return total

    def _shares(self, form: int, others: Sequence[tuple[int, int]]) -> Mapping[int, int]:
        """What `form` shares with each of `others` (places and forms, none equal to it), 0 where it is too little."""
        known = self._statements.setdefault(form, {})
        unknown = [other for _, other in others if other not in known]
        if unknown:
            ours, size = self._sketch(form), len(self.forms.tokens[form])
            for other in unknown:
                # The lengths alone, and then the sketches, rule out most of them.
                theirs = len(self.forms.tokens[other])
                least = _STATEMENT / 2 * (size + theirs)
                may = least < size and least < theirs and least < ours.most_shared(self._sketch(other))
                known[other] = self._common(form, other) if may else 0
        return known

    def _common(self, left: int, right: int) -> int:
        known = self._statements.get(right)
        if known is not None and left in known:
            return known[left]
        a, b = self.forms.tokens[left], self.forms.tokens[right]
        shared = common_length(a, b)
        return shared if 2 * shared > _STATEMENT * (len(a) + len(b)) else 0

    def _sketch(self, form: int) -> Sketch:
        found = self._sketches.get(form)
        if found is None:
            found = self._sketches[form] = Sketch.of(self.forms.tokens[form], _BITS)
        return found


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


def _advance(best: list[int], matches: Sequence[tuple[int, int]]) -> None:
    """One row of the dynamic programme; from the right, so that a row takes part once in a subsequence."""
    reached = [(column, max(best[:column]) + shared) for column, shared in matches]
    for column, total in reached:
        if total > best[column]:
            best[column] = total


def _numbered(parts: Sequence[Part]) -> dict[tuple[str, int], Part]:
    seen: Counter[str] = Counter()
    numbered: dict[tuple[str, int], Part] = {}
    for part in parts:
        numbered[part.name, seen[part.name]] = part
        seen[part.name] += 1
    return numbered
