"""What will be made of a target: the candidate, its place in the library, what it needs and what moves with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from refactor_tools.api.extraction.foreign import legacy_imports
from refactor_tools.api.extraction.needs import (
    Read,
    Surroundings,
    framework_base,
    in_component_terms,
    layers_of_its_tree,
    needed,
)
from refactor_tools.api.extraction.renaming import AS_PROPOSED, ParameterChoices, with_choices
from refactor_tools.codemods.slicing import Helpers, Slice, slice_definition
from refactor_tools.errors import RefactorError
from refactor_tools.layout import component_path, library_place, snake_case
from refactor_tools.model.components import KeyMap
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.category import category_of
from refactor_tools.unify.describe import layers, load_members
from refactor_tools.unify.injected import unify_injected
from refactor_tools.unify.members import Member
from refactor_tools.unify.plan import Candidate, unify
from refactor_tools.unify.rewriting import rename


@dataclass(frozen=True, slots=True)
class Plan:
    """A component to be: `moved` is the source of functions and constants that come along, `library` the components it
    builds by the name the code has for them; `slices` go with the candidate's members. `strategies` are the components
    that the members construct it with, by the member's id. Without `shimmed` the old names stay as they are.
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
    strategies: Mapping[str, KeyMap] = field(default_factory=dict)
    shimmed: bool = True

    @property
    def exported_from(self) -> str:
        return f"{self.package}.{self.category}"


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person may decide: "" leaves it to the tool. With `strategy` the members are different algorithms, which
    the component is given through the parameter of that name; `strategies` names their own components, by member.
    """

    category: str = ""
    module: str = ""
    rename: str = ""
    parameters: ParameterChoices = AS_PROPOSED
    strategy: str = ""
    strategies: Mapping[str, str] = field(default_factory=dict)


_NO_CHOICES = Choices()


def plan_component(
    name: str, members: Sequence[str], around: Surroundings, choices: Choices = _NO_CHOICES, *, injected: bool = False
) -> Plan | Refusal:
    """The plan for `members`, or why there is none. With `injected` the component is given the layers of their trees.

    Raises:
        RefactorError: a member's file cannot be read any more.
    """
    settings, read = around.settings, around.read
    loaded: list[Member] = []
    for member in load_members(members, read):
        if member.written.decorators and not member.is_class:
            advice = "remove the decorator first"
            return Refusal("a decorator may register it or change it", ((member.id, advice),))
        base = framework_base(member)
        if base and len(members) > 1:
            reason = f"{base} looks at the source and the signature of its subclasses"
            return Refusal(reason, ((member.id, "move it, or merge its parts"),))
        found = member if injected else in_component_terms(_in_public_names(member, around.keymaps), around)
        if isinstance(found, Refusal):
            return found
        loaded.append(found)
    united = _united(loaded, around, injected=injected)
    candidate = united if isinstance(united, Refusal) else with_choices(united, choices.parameters)
    if isinstance(candidate, Refusal):
        return candidate
    final = choices.rename or (candidate.name if len(members) > 1 else name.rpartition("::")[2].partition("@")[0])
    needs = needed(candidate, around)
    if isinstance(needs, Refusal):
        return needs
    library, moved = needs
    refusal = legacy_imports(candidate, around.analysis, settings.library, library, moved.reads)
    if refusal is not None:
        return refusal
    slices = tuple(slice_of(member.id, read) for member in candidate.members)
    category = choices.category or category_of(final, layers(candidate.node))
    _, package = library_place(settings)
    path = component_path(settings, category, choices.module or final)
    module = f"{package}.{category}.{snake_case(choices.module or final)}"
    return Plan(final, candidate, category, path, package, module, slices, moved, library)


def _united(members: Sequence[Member], around: Surroundings, *, injected: bool) -> Candidate | Refusal:
    parameters, branches = around.settings.max_parameters, around.settings.max_branches
    if not injected:
        return unify(members, max_parameters=parameters, max_branches=branches)
    layers = [layers_of_its_tree(member, around.analysis) for member in members]
    return unify_injected(members, layers, max_parameters=parameters, max_branches=branches)


def _in_public_names(member: Member, keymaps: Sequence[KeyMap]) -> Member:
    """A legacy file binds what has moved to private names; the component imports it by its own, from its own file."""
    homes = {f"{keymap.exported_from}.{keymap.name}": keymap for keymap in keymaps}
    private: dict[str, str] = {}
    names = dict(member.names)
    for bound, qualified in member.names.items():
        keymap = homes.get(qualified)
        if keymap is not None and bound == f"_{keymap.name}":
            private[bound] = keymap.name
            names[keymap.name] = f"{keymap.module}.{names.pop(bound).rpartition('.')[2]}"
    return replace(member, node=rename(member.node, private), names=names) if private else member


def slice_of(identity: str, read: Read) -> Slice:
    """The part of its file that a definition needs.

    Raises:
        RefactorError: the file cannot be read any more.
    """
    path, _, name = identity.partition("::")
    source = read(path)
    if source is None:
        raise RefactorError("cannot be read", path)
    name, _, line = name.partition("@")
    return slice_definition(source.text, path, name, int(line or 0))
