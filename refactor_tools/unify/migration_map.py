"""What should become which component: the proposal that a team starts from."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import PurePosixPath

from refactor_tools.layout import pascal_case, snake_case
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.facts import Definition
from refactor_tools.model.families import Families, Family, KeepApart, Priority
from refactor_tools.model.migration_map import MapRow, MigrationMap
from refactor_tools.unify.category import category_of

_ORDER: tuple[Priority, ...] = ("high", "medium", "standard")


def proposed_map(analysis: Analysis, left_out: Collection[str] = ()) -> MigrationMap:
    """A row for every family that can be merged and for every atomic or composite module without copies.

    Duplicated components come first (`high` where the copies stand in several files), then those that several files
    use (`medium`), then the rest. A definition stands in one row, that of the best family it is in. Families that
    cannot be merged are kept apart with the reason, and their modules are rows of their own. Applications are no
    components; `left_out` are ids that shall not be either. Rows are in the order of priority, category and name.
    """
    drafts = _Drafts({item.id: item for item in analysis.scan.definitions if item.id not in left_out})
    for family in analysis.families.families:
        drafts.add_family(family)
    tiers = analysis.composition.tiers
    for identity in sorted(drafts.definitions.keys() - drafts.placed):
        if tiers.get(identity) in ("atomic", "composite"):
            drafts.add_module(identity, analysis.composition.used_by.get(identity, ()))
    rows = sorted(drafts.rows, key=lambda row: (_ORDER.index(row.priority), row.category, row.component))
    return MigrationMap(tuple(rows), tuple(_kept_apart(analysis.families, drafts.definitions)))


@dataclass(slots=True)
class _Drafts:
    definitions: Mapping[str, Definition]
    rows: list[MapRow] = field(default_factory=list)
    placed: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)

    def add_family(self, family: Family) -> None:
        if family.kind == "method" or (family.proposal and family.proposal.refusal):
            return
        apart = _not_merged(family)
        members = [one for one in family.members if one in self.definitions.keys() - self.placed - apart.keys()]
        if len(members) < 2:
            return
        first = self.definitions[members[0]]
        category = (family.proposal.category if family.proposal else "") or _category(first)
        files = {self.definitions[one].path for one in members}
        note = "\n".join(
            [_likeness(family, len(members), len(files)), *(f"not with {one}: {why}" for one, why in apart.items())]
        )
        self._add(family.name, members, category, "high" if len(files) > 1 else "medium", note)

    def add_module(self, identity: str, users: Sequence[str]) -> None:
        files = {self.definitions[user].path for user in users if user in self.definitions}
        note = f"used in {len(files)} files" if len(files) > 1 else ""
        definition = self.definitions[identity]
        priority: Priority = "medium" if len(files) > 1 else "standard"
        self._add(definition.name, [identity], _category(definition), priority, note)

    def _add(self, name: str, members: Sequence[str], category: str, priority: Priority, note: str) -> None:
        component = self._free_name(name, self.definitions[members[0]])
        if component != name.lstrip("_"):
            note = "\n".join(filter(None, (note, f"another component is called {name.lstrip('_')}")))
        target = f"{category}/{snake_case(component)}.py"
        self.rows.append(MapRow(component, tuple(members), target, category, priority, note=note))
        self.placed.update(members)

    def _free_name(self, name: str, definition: Definition) -> str:
        """`name`, with the words of the file or folder that it comes from where another component has it already."""
        for candidate in _candidates(name.lstrip("_") or name, definition):
            # Files differ by more than case, on every system.
            if candidate.isidentifier() and snake_case(candidate) not in self._names:
                self._names.add(snake_case(candidate))
                return candidate
        raise AssertionError("candidates never end")


def _candidates(name: str, definition: Definition) -> Iterator[str]:
    path = PurePosixPath(definition.path)
    yield name
    for words in (path.stem, path.parent.name, f"{path.parent.name}_{path.stem}"):
        yield pascal_case(words) + name if definition.kind == "class" else f"{snake_case(words)}_{name}"
    yield from (f"{name}{number}" for number in count(2))


def _category(definition: Definition) -> str:
    return category_of(definition.name, [built.name for built in definition.built if built.how == "calls"])


def _not_merged(family: Family) -> dict[str, str]:
    """Members that the proposal leaves out, with reasons."""
    found = family.differences or ()
    return {identity: why for one in found if one.kind == "left out" for identity, why in one.values}


def _likeness(family: Family, copies: int, files: int) -> str:
    likeness = f"near {int(family.similarity * 100) / 100:.2f}" if family.likeness == "near" else family.likeness
    text = f"{copies} copies in {files} file{'s' if files > 1 else ''}, {likeness}"
    return text if family.proposal else f"{text}; not compared yet"


def _kept_apart(families: Families, definitions: Mapping[str, Definition]) -> Iterator[KeepApart]:
    for family in families.families:
        refusal = family.proposal.refusal if family.proposal else ""
        members = tuple(one for one in family.members if one in definitions)
        if refusal and family.kind != "method" and len(members) > 1:
            yield KeepApart(members, refusal)
