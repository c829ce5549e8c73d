"""A division that can be written: which unit goes to which file, and in which order everything runs then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from refactor_tools.model.outcomes import Refusal
from refactor_tools.splitting.kinds import decorated, runs_code
from refactor_tools.splitting.proposal import import_rings
from refactor_tools.splitting.source import ModuleSource, Statement
from refactor_tools.splitting.units import REPEATED, Unit, Units


@dataclass(frozen=True)
class Arrangement:
    """`files` by stem, in the order in which the facade imports them: before the statement number `position`."""

    units: Units
    files: Mapping[str, tuple[Unit, ...]]
    position: int = 0

    @property
    def source(self) -> ModuleSource:
        return self.units.source

    @property
    def homes(self) -> dict[str, str]:
        """The stem of the file that each moved name is defined in."""
        return {name: stem for stem, units in self.files.items() for unit in units for name in unit.binds}

    @property
    def moved(self) -> frozenset[int]:
        """The numbers of the statements that move."""
        return frozenset(item.number for units in self.files.values() for unit in units for item in unit.statements)

    def imports(self, stem: str) -> tuple[str, ...]:
        """The other new files that one imports, in order."""
        of = {unit.number: name for name, units in self.files.items() for unit in units}
        needed = {of[other] for unit in self.files[stem] for other in unit.needs if other in of}
        return tuple(name for name in self.files if name in needed and name != stem)

    @property
    def run_order(self) -> list[Statement]:
        """Every statement that is not repeated, as it runs when the facade is imported."""
        order: list[Statement] = []
        seen: set[str] = set()

        def load(stem: str) -> None:
            if stem not in seen:
                seen.add(stem)
                for other in self.imports(stem):
                    load(other)
                order.extend(sorted((item for unit in self.files[stem] for item in unit.statements), key=_number))

        for item in self.source.statements:
            if item.number == self.position:
                for stem in self.files:
                    load(stem)
            if item.number not in self.moved:
                order.append(item)
        if self.position >= len(self.source.statements):
            for stem in self.files:
                load(stem)
        return order


def _number(item: Statement) -> int:
    return item.number


@dataclass(frozen=True, slots=True)
class Disorder:
    """`unit` would run at another time than `other`, and one may depend on the other."""

    unit: int
    reason: str


def arranged(units: Units, files: Mapping[str, Sequence[Unit]]) -> Arrangement | Refusal | Disorder:
    """The division with its order, or what stands in its way."""
    ordered = dict(sorted(((stem, tuple(group)) for stem, group in files.items() if group), key=_first))
    refusal = _misplaced(units, ordered) or _ring(units, ordered)
    if refusal is not None:
        return refusal
    draft = Arrangement(units, ordered)
    position = _position(draft)
    if isinstance(position, Disorder):
        return position
    result = Arrangement(units, ordered, position)
    return _out_of_order(result) or result


def _first(item: tuple[str, Sequence[Unit]]) -> int:
    return item[1][0].statements[0].number


def _misplaced(units: Units, files: Mapping[str, Sequence[Unit]]) -> Refusal | None:
    of = {unit.number: stem for stem, group in files.items() for unit in group}
    for stem, group in files.items():
        for unit in group:
            if unit.number in units.staying:
                return Refusal(f"{unit.label} cannot move to {stem}.py: {units.staying[unit.number]}")
            for other in sorted(unit.needs):
                if other not in of:
                    label = next(item.label for item in units.units if item.number == other)
                    return Refusal(
                        f"{unit.label} in {stem}.py uses {label}, which is left in the file; the new files never "
                        f"import the old one: give {label} a file, or leave {unit.label}"
                    )
    return None


def _ring(units: Units, files: Mapping[str, Sequence[Unit]]) -> Refusal | None:
    of = {unit.number: stem for stem, group in files.items() for unit in group}
    rings = import_rings(units.units, of)
    if not rings:
        return None
    labels = {unit.number: unit for unit in units.units}
    details = tuple(
        (f"{labels[number].label} ({of[number]}.py)", f"uses {labels[other].label} ({of[other]}.py)")
        for number in rings[0]
        for other in sorted(labels[number].needs)
        if other in of and of[other] != of[number] and other in rings[0] + [n for n in of if of[n] in _stems(rings, of)]
    )
    stems = sorted({of[number] for number in rings[0]})
    return Refusal(f"{', '.join(f'{stem}.py' for stem in stems)} would import each other", details)


def _stems(rings: Sequence[Sequence[int]], of: Mapping[int, str]) -> set[str]:
    return {of[number] for number in rings[0]}


def _position(draft: Arrangement) -> int | Disorder:
    """Where the facade imports its parts: after what has to run before them, before what needs them."""
    source, moved = draft.source, draft.moved
    if not moved:
        return 0
    used = {name for group in draft.files.values() for unit in group for item in unit.statements for name in item.reads}
    sensitive = [item.number for item in source.statements if item.number in moved and _is_sensitive(item)]
    wanted = [item.number for item in source.statements if item.kind in REPEATED and item.binds & used]
    last = max([*sensitive, *wanted], default=-1)
    before = [item for item in source.statements if item.kind == "effect" and item.number < last]
    lower = max([item.number + 1 for item in (*before, *_head(source))], default=0)
    upper, needing = _upper(draft)
    if lower > upper:
        late = next((n for n in sensitive if before and n > before[-1].number), min(moved))
        unit = next(u for group in draft.files.values() for u in group if late in {i.number for i in u.statements})
        reason = f"line {before[-1].line if before else 1} has to run before it, and line {needing} needs what moves"
        return Disorder(unit.number, reason)
    return min(max(lower, min(moved)), upper)


def _head(source: ModuleSource) -> list[Statement]:
    return [item for item in source.statements if item.kind in ("docstring", "future")]


def _upper(draft: Arrangement) -> tuple[int, int]:
    """The first statement left that needs a moved name while it runs, and its line."""
    homes = draft.homes
    for item in draft.source.statements:
        if item.number in draft.moved or item.kind in REPEATED or item.kind == "docstring":
            continue
        if _needed_at_once(draft.units, item) & set(homes):
            return item.number, item.line
    return len(draft.source.statements), 0


def _needed_at_once(units: Units, item: Statement) -> set[str]:
    """Names that a statement reads while it runs, with what the functions that it may call read."""
    binders = units.source.binders
    found: set[str] = set()
    waiting = list(item.eager)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [read for binder in binders.get(name, ()) for read in binder.reads]
    return found


def _is_sensitive(item: Statement) -> bool:
    """Whether what a moved statement computes may depend on what ran before it."""
    return item.kind in ("data", "change") and any(runs_code(node) for node in item.nodes)


def _out_of_order(result: Arrangement) -> Disorder | None:
    """The first pair of statements that would run in another order though one may depend on the other."""
    strict = [item for item in result.run_order if item.kind == "effect" or _is_sensitive(item)]
    for before, after in pairwise(strict):
        moved = before if before.number in result.moved else after
        if before.number > after.number and moved.number in result.moved:
            unit = next(u for group in result.files.values() for u in group if moved in u.statements)
            return Disorder(
                unit.number, f"lines {after.line} and {before.line} run code, and would do so in another order"
            )
    return None


def reordered_registrations(result: Arrangement) -> list[str]:
    """Decorated definitions that run in another order than before, if any."""
    names = [item for item in result.run_order if any(decorated(node) for node in item.nodes)]
    return [] if names == sorted(names, key=_number) else [item.label for item in names]
