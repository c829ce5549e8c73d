"""From a file to a division of it: by a map, or by a proposal that is corrected until it can be written."""

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from refactor_tools.errors import RefactorError
from refactor_tools.model.outcomes import Refusal
from refactor_tools.splitting.arrangement import Arrangement, Disorder, arranged
from refactor_tools.splitting.naming import file_names
from refactor_tools.splitting.proposal import propose
from refactor_tools.splitting.source import ModuleSource
from refactor_tools.splitting.units import Unit, Units, spread

# Lines of a new file besides its definitions: docstring, imports.
_HEADER = 12


def proposed(units: Units, limit: int, taken: Collection[str], *, script: bool) -> Arrangement:
    """The tool's own division; what would run at another time, with what needs it, stays in the file."""
    current = replace(units, staying=dict(units.staying) | (_of_the_script(units, limit) if script else {}))
    while True:
        header = _HEADER + sum(item.kind == "import" for item in current.source.statements)
        groups = propose(current.movable, max(limit - header, 1))
        stems = file_names(groups, {*taken, *current.source.names.module.binders})
        result = arranged(current, dict(zip(stems, groups, strict=True)))
        if isinstance(result, Arrangement):
            return result
        assert isinstance(result, Disorder), result
        current = replace(current, staying=spread(current.units, {**current.staying, result.unit: result.reason}))


def by_map(units: Units, files: Mapping[str, Sequence[str]], path: str) -> Arrangement | Refusal:
    """The division that a map asks for, with the helpers that only one of its files uses.

    Raises:
        RefactorError: the map names what the file does not define.
    """
    groups: dict[str, list[Unit]] = {}
    home: dict[int, tuple[str, str]] = {}
    for stem, names in files.items():
        for name in names:
            unit = _named(units, name, path)
            other, sibling = home.setdefault(unit.number, (stem, name))
            if other != stem:
                return Refusal(
                    f"{sibling} and {name} cannot be parted: they are bound or changed by the same statements, or a "
                    "`global` ties them together"
                )
            if unit not in groups.setdefault(stem, []):
                groups[stem].append(unit)
    _bring_helpers(units, groups, {number: stem for number, (stem, _) in home.items()})
    ordered = {stem: sorted(group, key=lambda unit: unit.number) for stem, group in groups.items()}
    clash = sorted(set(groups) & set(units.source.names.module.binders))
    if clash:
        return Refusal(f"{clash[0]}.py has the name of something in the file, which the new module would hide")
    result = arranged(units, ordered)
    if isinstance(result, Disorder):
        label = next(unit.label for unit in units.units if unit.number == result.unit)
        return Refusal(f"{label} cannot move: {result.reason}")
    return result


def _named(units: Units, name: str, path: str) -> Unit:
    unit = units.of(name)
    if unit is None:
        known = sorted(name for unit in units.units for name in unit.binds)
        near = get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise RefactorError(f"defines no {name} at its top level that could move{hint}", path)
    return unit


def _bring_helpers(units: Units, groups: dict[str, list[Unit]], home: dict[int, str]) -> None:
    """What the map leaves out goes with the one new file that uses it, as long as nothing else does."""
    changed = True
    while changed:
        changed = False
        for unit in units.movable:
            users = {other.number for other in units.units if unit.number in other.needs}
            stems = {home[number] for number in users if number in home}
            if unit.number not in home and len(stems) == 1 and users <= set(home):
                stem = stems.pop()
                home[unit.number] = stem
                groups[stem].append(unit)
                changed = True


def _of_the_script(units: Units, limit: int) -> dict[int, str]:
    """Functions and constants that only the script's own code uses: they are what the file is about."""
    source = units.source
    run = {name for item in source.statements if item.kind in ("guard", "effect") for name in item.reads}
    reached: set[int] = set()
    waiting = [unit.number for unit in units.units if unit.binds & run]
    by_number = {unit.number: unit for unit in units.units}
    while waiting:
        number = waiting.pop()
        if number not in reached and not by_number[number].classes:
            reached.add(number)
            waiting += by_number[number].needs
    movable = {unit.number: unit for unit in units.movable}
    changed = True
    while changed:
        changed = False
        for number in sorted(reached):
            # What stays may be used by what moves only if it could be imported from the file, which it cannot.
            if any(number in unit.needs and unit.number not in reached for unit in movable.values()):
                reached.discard(number)
                changed = True
    if sum(by_number[number].lines for number in reached) > limit:
        return {}
    return {number: "belongs to the script" for number in sorted(reached) if number not in units.staying}


def is_script(source: ModuleSource) -> bool:
    """Whether the file does something when it is run."""
    return any(item.kind == "guard" and isinstance(item.node, ast.If) for item in source.statements)
