"""What will be made of a target: the candidate, its place in the library, what it needs and what moves with it."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from refactor_tools.api.extraction.foreign import legacy_imports
from refactor_tools.api.extraction.renaming import AS_PROPOSED, ParameterChoices, with_choices
from refactor_tools.codemods.slicing import Helpers, Slice, helpers, slice_definition
from refactor_tools.errors import RefactorError
from refactor_tools.layout import component_path, library_place, snake_case
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.components import KeyMap
from refactor_tools.model.facts import Definition, Source
from refactor_tools.model.outcomes import Refusal
from refactor_tools.settings import Settings
from refactor_tools.unify.category import category_of
from refactor_tools.unify.describe import layers, load_members
from refactor_tools.unify.members import Member
from refactor_tools.unify.plan import Candidate, unify
from refactor_tools.unify.rewriting import rename

Read = Callable[[str], Source | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """A component to be: `moved` is the source of functions and constants that come along, `library` the components it
    builds by the name the code has for them; `slices` go with the candidate's members.
    """

    name: str
    candidate: Candidate
    category: str
    path: str
    package: str
    module: str
    slices: tuple[Slice, ...]
    moved: Helpers
    library: Mapping[str, str]

    @property
    def exported_from(self) -> str:
        return f"{self.package}.{self.category}"


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person may decide: "" leaves it to the tool."""

    category: str = ""
    module: str = ""
    rename: str = ""
    parameters: ParameterChoices = AS_PROPOSED


_NO_CHOICES = Choices()


def plan_component(
    name: str,
    members: Sequence[str],
    read: Read,
    analysis: Analysis,
    settings: Settings,
    keymaps: Sequence[KeyMap],
    choices: Choices = _NO_CHOICES,
) -> Plan | Refusal:
    """The plan for `members`, or why there is none.

    Raises:
        RefactorError: a member's file cannot be read any more.
    """
    homes = _homes(analysis, keymaps)
    loaded = tuple(
        _in_public_names(member, keymaps, _parts_of(member.id, analysis, homes))
        for member in load_members(members, read)
    )
    for member in loaded:
        refusal = _not_movable(member.written.decorators != (), member.id)
        if refusal is not None:
            return refusal
    united = unify(loaded, max_parameters=settings.max_parameters, max_branches=settings.max_branches)
    candidate = united if isinstance(united, Refusal) else with_choices(united, choices.parameters)
    if isinstance(candidate, Refusal):
        return candidate
    final = choices.rename or (candidate.name if len(members) > 1 else name.rpartition("::")[2].partition("@")[0])
    needed = _needed(candidate, analysis, keymaps, read)
    if isinstance(needed, Refusal):
        return needed
    for member in candidate.members:
        refusal = legacy_imports(member, analysis, settings.library, needed[0], needed[1].reads)
        if refusal is not None:
            return refusal
    slices = tuple(_slice(member.id, read) for member in candidate.members)
    category = choices.category or category_of(final, layers(candidate.node))
    _, package = library_place(settings)
    path = component_path(settings, category, choices.module or final)
    module = f"{package}.{category}.{snake_case(choices.module or final)}"
    return Plan(final, candidate, category, path, package, module, slices, needed[1], needed[0])


def _not_movable(decorated: bool, identity: str) -> Refusal | None:
    return (
        Refusal("a decorator may register it or change it", ((identity, "remove the decorator first"),))
        if decorated
        else None
    )


def _in_public_names(member: Member, keymaps: Sequence[KeyMap], parts: Mapping[str, str]) -> Member:
    """A legacy file binds what has moved to private names, and a component may be called otherwise than its originals
    (`parts`): the component imports it by its own name, from its own file.
    """
    homes = {f"{keymap.exported_from}.{keymap.name}": keymap for keymap in keymaps}
    public = {old: new for old, new in parts.items() if old != new}
    names = dict(member.names)
    for bound, qualified in member.names.items():
        keymap = homes.get(qualified)
        if keymap is not None and bound == f"_{keymap.name}":
            public[bound] = keymap.name
            names[keymap.name] = f"{keymap.module}.{names.pop(bound).rpartition('.')[2]}"
    return replace(member, node=rename(member.node, public), names=names) if public else member


def _homes(analysis: Analysis, keymaps: Sequence[KeyMap]) -> Mapping[str, tuple[str, str]]:
    """The legacy and the component's name of every definition (by id) that moved as it was."""
    names = {item.id: item.name for item in analysis.scan.definitions}
    return {
        original.id: (names[original.id], keymap.name)
        for keymap in keymaps
        for original in keymap.originals
        if original.form == "alias" and original.id in names
    }


def _parts_of(identity: str, analysis: Analysis, homes: Mapping[str, tuple[str, str]]) -> Mapping[str, str]:
    """The names of what the definition uses of the library: legacy name to component's."""
    return dict(homes[used] for used in analysis.composition.uses.get(identity, ()) if used in homes)


def _slice(identity: str, read: Read) -> Slice:
    path, _, name = identity.partition("::")
    source = read(path)
    if source is None:
        raise RefactorError("cannot be read", path)
    name, _, line = name.partition("@")
    return slice_definition(source.text, path, name, int(line or 0))


def components_needed(members: Sequence[str], analysis: Analysis) -> list[str]:
    """Ids of the modules that the members build or inherit, which the library must have first."""
    definitions = {item.id: item for item in analysis.scan.definitions}
    found: dict[str, None] = {}
    for identity in members:
        for used in analysis.composition.uses.get(identity, ()):
            if used in definitions and definitions[used].is_module and used not in members:
                found[used] = None
    return list(found)


def _needed(
    candidate: Candidate, analysis: Analysis, keymaps: Sequence[KeyMap], read: Read
) -> tuple[dict[str, str], Helpers] | Refusal:
    """(components by name, what moves along) for what the members use of the tree."""
    definitions = {item.id: item for item in analysis.scan.definitions}
    library: dict[str, str] = {}
    sources: list[Helpers] = []
    for member in candidate.members:
        # What stands in the library already is no definition of this analysis: the code imports it from there.
        uses = [definitions[used] for used in analysis.composition.uses.get(member.id, ()) if used in definitions]
        modules = [item for item in uses if item.is_module and item.id != member.id]
        for item in modules:
            home = _component(item, keymaps)
            if isinstance(home, Refusal):
                return home
            library[home.name] = home.module
        foreign = [item for item in uses if item.path != member.path and not item.is_module]
        if foreign:
            return Refusal(
                "uses a function of another legacy file",
                tuple((item.id, "extract it first, or move it into the file") for item in foreign),
            )
        source = read(member.path)
        assert source is not None
        wanted = sorted(member.needs - {item.name for item in modules})
        sources.append(helpers(source.text, member.path, wanted, frozenset({member.name})))
    if any(_normal(item.text) != _normal(sources[0].text) for item in sources):
        return Refusal("the copies use different helpers", tuple((item.text,) for item in sources))
    return library, sources[0]


def _normal(text: str) -> str:
    return ast.dump(ast.parse(text))


def _component(item: Definition, keymaps: Sequence[KeyMap]) -> KeyMap | Refusal:
    for keymap in keymaps:
        for original in keymap.originals:
            if original.id == item.id:
                if original.form == "alias":
                    return keymap
                return Refusal(
                    "builds a class that was merged into a component with another signature",
                    ((item.id, f"its calls have to be rewritten to {keymap.module}.{keymap.name} first"),),
                )
    return Refusal("builds a legacy class that is not in the library", ((item.id, "extract it first"),))
