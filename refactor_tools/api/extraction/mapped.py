"""The targets that a migration map asks for."""

from collections.abc import Sequence
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

from refactor_tools.api.extraction.plans import Choices
from refactor_tools.api.extraction.renaming import ParameterChoices
from refactor_tools.api.extraction.targets import Target, made_of
from refactor_tools.errors import RefactorError, UnknownName
from refactor_tools.layout import component_path
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.components import KeyMap
from refactor_tools.model.families import KeepApart
from refactor_tools.model.migration_map import MapRow, MigrationMap
from refactor_tools.settings import Settings
from refactor_tools.unify.category import CATEGORIES

_PRIORITIES = ("high", "medium", "standard")


def map_targets(
    agreed: MigrationMap, settings: Settings, analysis: Analysis, keymaps: Sequence[KeyMap]
) -> list[Target]:
    """A target for every row, those of the highest priority first and else in the map's order.

    Raises:
        UnknownName: a member is no definition.
        RefactorError: there is no such category, a target does not fit it, rows are parts of each other, or a row
            merges what `keep_apart` names.
    """
    definitions = frozenset(item.id for item in analysis.scan.definitions)
    _require_order(agreed, analysis)
    moved = frozenset(original.id for keymap in keymaps for original in keymap.originals)
    for row in agreed.rows:
        _check(row, agreed, settings, definitions | moved)
    rows = sorted(agreed.rows, key=lambda row: _PRIORITIES.index(row.priority))
    return [_target(row, keymaps) for row in rows]


def chosen_rows(targets: Sequence[Target], names: Sequence[str], agreed: MigrationMap) -> list[Target]:
    """The targets whose components are called `names`, all of them where no name is given.

    Raises:
        UnknownName: a name is no row's component.
    """
    known = [target.name for target in targets]
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.5)
            raise UnknownName(f"the map has no row for {name}{_nearest(near)}", agreed.path)
    return [target for target in targets if not names or target.name in names]


def _target(row: MapRow, keymaps: Sequence[KeyMap]) -> Target:
    choices = Choices(
        category=row.category,
        module=PurePosixPath(row.target).stem,
        rename=row.component,
        parameters=ParameterChoices(row.rename, row.order, row.defaults),
        strategy=row.strategy,
        strategies=row.strategies,
    )
    members = tuple(sorted(row.members))
    return Target(row.component, members, made_of(members, keymaps), choices)


def _check(row: MapRow, agreed: MigrationMap, settings: Settings, known: frozenset[str]) -> None:
    place = _place(agreed, row)
    for member in row.members:
        if member not in known:
            near = get_close_matches(member, known, n=3, cutoff=0.3)
            raise UnknownName(f"no definition {member}{_nearest(near)}", place)
    if row.category not in CATEGORIES and not (settings.root / settings.library / row.category).is_dir():
        near = get_close_matches(row.category, CATEGORIES, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(CATEGORIES)};"
        advice = "for one of your own, make its folder in the library first"
        raise RefactorError(f"there is no category {row.category}; {hint} {advice}", place)
    wanted = component_path(settings, row.category, PurePosixPath(row.target).stem)
    if wanted != f"{settings.library}/{row.target}":
        expected = wanted.removeprefix(f"{settings.library}/")
        raise RefactorError(f"`target` is {row.target}; in the category {row.category} it would be {expected}", place)
    for entry in agreed.keep_apart:
        kept = _kept(row.members, entry)
        if len(kept) > 1:
            raise RefactorError(
                f"merges {' and '.join(kept)}, which `keep_apart` keeps apart: {entry.reason}; change one of the two",
                place,
            )


def _require_order(agreed: MigrationMap, analysis: Analysis) -> None:
    """Parts are made first; rows that are parts of each other have no first."""
    rows = {member: row for row in agreed.rows for member in row.members}
    parts: dict[str, set[str]] = {}
    for member, row in rows.items():
        used = (rows.get(one) for one in analysis.composition.uses.get(member, ()))
        parts.setdefault(row.component, set()).update(
            part.component for part in used if part is not None and part is not row
        )
    try:
        TopologicalSorter(parts).prepare()
    except CycleError as error:
        names = error.args[1][::-1]
        row = next(row for row in agreed.rows if row.component == names[0])
        raise RefactorError(
            f"is a part of itself: {' builds '.join(names)}; put them apart", _place(agreed, row)
        ) from None


def _place(agreed: MigrationMap, row: MapRow) -> str:
    line, column = row.place
    return f"{agreed.path}:{line}:{column}: {row.component}" if agreed.path else row.component


def _kept(members: Sequence[str], entry: KeepApart) -> list[str]:
    return [one for one in members if one in entry.names or one.partition("::")[2].partition("@")[0] in entry.names]


def _nearest(near: Sequence[str]) -> str:
    return f"; the nearest are {', '.join(near)}" if near else ""
