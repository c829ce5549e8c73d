"""From the names a person gives to the definitions that become one component."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from refactor_tools.api.extraction.plans import Choices
from refactor_tools.errors import AmbiguousName, UnknownName
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.components import KeyMap
from refactor_tools.model.facts import Definition
from refactor_tools.model.strategies import as_meant

# More members than this are chosen by the path of one of them.
_LISTED = 3


@dataclass(frozen=True, slots=True)
class Target:
    """`members` (ids) become one component. `done` is the key map of an earlier run that already covers them, `choices`
    what a migration map says of it.
    """

    name: str
    members: tuple[str, ...]
    done: KeyMap | None = None
    choices: Choices | None = None


def without(library: str, analysis: Analysis) -> Analysis:
    """The analysis without what is in the library already: components are not extracted once more."""
    files = tuple(file for file in analysis.scan.files if not file.path.startswith(f"{library}/"))
    families = tuple(
        replace(family, members=members)
        for family in analysis.families.families
        if len(members := tuple(member for member in family.members if not member.startswith(f"{library}/"))) > 1
    )
    scan = replace(analysis.scan, files=files)
    return replace(analysis, scan=scan, families=replace(analysis.families, families=families))


def find_target(name: str, analysis: Analysis, keymaps: Sequence[KeyMap], members: Sequence[str] = ()) -> Target:
    """What `name` (bare or `path::Name`) means.

    Raises:
        UnknownName: no definition has it; the message holds the nearest names.
        AmbiguousName: it stands for different algorithms and `members` does not choose.
    """
    definitions = {item.id: item for item in analysis.scan.definitions}
    if members:
        return _chosen(name, members, definitions, keymaps)
    found = [item for item in definitions.values() if name in (item.name, item.id)]
    ids = [item.id for item in found] or [name]
    done = next((keymap for keymap in keymaps if keymap.name == name), None) or made_of(ids, keymaps)
    if done is not None and all(item.id in _ids(done) for item in found):
        return Target(done.name, tuple(original.id for original in done.originals), done)
    if not found:
        raise UnknownName(_unknown(name, definitions.values()))
    known = frozenset[str]().union(*(_ids(keymap) for keymap in keymaps))
    groups = _groups([item for item in found if item.id not in known] or found, analysis)
    if len(groups) > 1 and "::" not in name:
        raise AmbiguousName(_choices(name, groups))
    return Target(definitions[groups[0][0]].name if "::" in name else name, groups[0])


def made_of(members: Sequence[str], keymaps: Sequence[KeyMap]) -> KeyMap | None:
    """The component that the old names of all `members` mean."""
    meant = zip(keymaps, as_meant(keymaps), strict=True)
    return next((keymap for keymap, own in meant if set(members) <= _ids(own)), None)


def _ids(keymap: KeyMap) -> frozenset[str]:
    return frozenset(original.id for original in keymap.originals)


def _chosen(name: str, members: Sequence[str], definitions: dict[str, Definition], keymaps: Sequence[KeyMap]) -> Target:
    for identity in members:
        if identity not in definitions:
            near = get_close_matches(identity, definitions, n=3, cutoff=0.3)
            raise UnknownName(f"--members: no definition {identity}{_nearest(near)}")
    return Target(name, tuple(sorted(members)), made_of(members, keymaps))


def _groups(found: Sequence[Definition], analysis: Analysis) -> list[tuple[str, ...]]:
    """The families that hold the definitions, and those that stand alone."""
    groups: list[tuple[str, ...]] = []
    left = [item.id for item in found]
    for family in analysis.families.families:
        if family.kind != "method" and any(identity in family.members for identity in left):
            groups.append(family.members)
            left = [identity for identity in left if identity not in family.members]
    return groups + [(identity,) for identity in left]


def _unknown(name: str, definitions: Iterable[Definition]) -> str:
    names = sorted({item.name for item in definitions})
    near = get_close_matches(name.rpartition("::")[2], names, n=3, cutoff=0.5)
    return f"no class or function is called {name}{_nearest(near)}"


def _nearest(near: Sequence[str]) -> str:
    return f"; the nearest are {', '.join(near)}" if near else "; `analyze-deps --verbose` lists what there is"


def _choices(name: str, groups: Sequence[tuple[str, ...]]) -> str:
    listed = "\n".join(
        f"  --members {','.join(group)}" if len(group) <= _LISTED else f"  {group[0]}   ({len(group)} copies)"
        for group in groups
    )
    return f"{name} is the name of {len(groups)} different algorithms; choose one by its members or its path:\n{listed}"
