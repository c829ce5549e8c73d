"""What a component needs of the tree: components that stand in the library already, and helpers that move with it."""

import ast
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from refactor_tools.codemods.slicing import Helpers, helpers
from refactor_tools.layout import library_place
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.components import KeyMap, OriginalRecord
from refactor_tools.model.facts import Definition, Parameter, Source
from refactor_tools.model.outcomes import Refusal
from refactor_tools.model.strategies import as_meant
from refactor_tools.scan.syntax import FORWARD, FunctionNode, constructor, method, signature
from refactor_tools.settings import Settings
from refactor_tools.unify.members import Member
from refactor_tools.unify.nested import Part, with_parts
from refactor_tools.unify.plan import Candidate
from refactor_tools.unify.syntax import dotted, expression, reads

Read = Callable[[str], Source | None]
_INSPECTING = ("PreTrainedModel", "LightningModule")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The tree that members stand in, and the components that were made of it so far. `read` reads the legacy tree,
    `read_library` what has been written since.
    """

    analysis: Analysis
    settings: Settings
    keymaps: Sequence[KeyMap]
    read: Read
    read_library: Read


def components_needed(members: Sequence[str], analysis: Analysis, asked: Collection[str] = frozenset()) -> list[str]:
    """Ids of what the library must have before the members: the modules that they build or inherit, and of the
    functions that they call those in `asked`.
    """
    definitions = {item.id: item for item in analysis.scan.definitions}
    found: dict[str, None] = {}
    for identity in members:
        for used in analysis.composition.uses.get(identity, ()):
            if used in definitions and used not in members and (definitions[used].is_module or used in asked):
                found[used] = None
    return list(found)


def in_component_terms(member: Member, around: Surroundings) -> Member | Refusal:
    """The member with what it uses of the tree as components, where they stand in the library."""
    parts = []
    for used in _used(member, around.analysis):
        found = _made_of(used.id, around.keymaps)
        if found is not None:
            keymap, record = found
            parameters, forward = _own_signatures(keymap, around)
            bound, is_class = _bound_as(used.name, member), keymap.kind == "class"
            given = components_given(record, around.keymaps)
            parts.append(Part(bound, keymap.name, keymap.module, record, parameters, forward, is_class, given))
    return with_parts(member, parts)


def layers_of_its_tree(member: Member, analysis: Analysis) -> frozenset[str]:
    """What the member's file calls the modules of the tree that the member uses."""
    return frozenset(_bound_as(used.name, member) for used in _used(member, analysis) if used.is_module)


def framework_base(member: Member) -> str:
    """The base class that inspects what inherits from it, "" where there is none: such models are never merged."""
    bases = member.written.bases if isinstance(member.written, cst.ClassDef) else ()
    names = (dotted(base.value).rpartition(".")[2] for base in bases)
    return next((name for name in names if name.endswith(_INSPECTING)), "")


def _used(member: Member, analysis: Analysis) -> Iterator[Definition]:
    definitions = {item.id: item for item in analysis.scan.definitions}
    for identity in analysis.composition.uses.get(member.id, ()):
        # What stands in the library since an earlier run is no definition of this analysis.
        if identity in definitions and identity != member.id:
            yield definitions[identity]


def _made_of(identity: str, keymaps: Sequence[KeyMap]) -> tuple[KeyMap, OriginalRecord] | None:
    pairs = ((keymap, record) for keymap in as_meant(keymaps) for record in keymap.originals)
    return next((pair for pair in pairs if pair[1].id == identity), None)


def components_given(record: OriginalRecord, keymaps: Sequence[KeyMap]) -> dict[str, str]:
    """The components that go into another one, by the name that its adapter has for them: as its strategy the private
    name of legacy files, else the one they had in the original's file.
    """
    found = {f"_{item.name}": item for item in keymaps if item.component == record.strategy}
    path = record.id.partition("::")[0]
    named = frozenset[str]().union(*(reads(expression(item.value)) for item in record.adapter.init))
    for keymap in keymaps:
        found |= {item.name: keymap for item in keymap.originals if item.id == f"{path}::{item.name}"}
    return {name: f"{item.module}.{item.name}" for name, item in found.items() if name in {*named, f"_{item.name}"}}


def _bound_as(name: str, member: Member) -> str:
    """What the member's file calls a definition of the tree."""
    imported = (bound for bound, whole in member.names.items() if whole.rpartition(".")[2] == name)
    return name if name in member.defined else next(imported, name)


def _own_signatures(keymap: KeyMap, around: Surroundings) -> tuple[tuple[Parameter, ...], tuple[Parameter, ...]]:
    """The parameters of the component as it stands in the library, and those of its `forward`."""
    source_root, _ = library_place(around.settings)
    source = around.read_library(f"{source_root}/{keymap.module.replace('.', '/')}.py".removeprefix("./"))
    for node in ast.parse(source.text).body if source is not None else ():
        if isinstance(node, FunctionNode) and node.name == keymap.name:
            return signature(node, bound=False), ()
        if isinstance(node, ast.ClassDef) and node.name == keymap.name:
            forward = method(node, *FORWARD)
            return constructor(node), () if forward is None else signature(forward, bound=True)
    return (), ()


def needed(candidate: Candidate, around: Surroundings) -> tuple[dict[str, str], Helpers] | Refusal:
    """(components by name, what moves along) for what the candidate itself uses."""
    wanted = reads(candidate.node)
    library: dict[str, str] = {}
    for member in candidate.members:
        for item in _used(member, around.analysis):
            found = _made_of(item.id, around.keymaps)
            if found is not None and found[0].name in wanted:
                library[found[0].name] = found[0].module
            elif found is None and _bound_as(item.name, member) in wanted:
                refusal = _missing(item, member)
                if refusal is not None:
                    return refusal
    moved = _moved(candidate, around.read)
    return moved if isinstance(moved, Refusal) else (library, moved)


def _missing(item: Definition, member: Member) -> Refusal | None:
    if item.is_module:
        return Refusal("builds a legacy class that is not in the library", ((item.id, "extract it first"),))
    if item.path != member.path:
        advice = "extract it first, or move it into the file"
        return Refusal("uses a function of another legacy file", ((item.id, advice),))
    return None


def _moved(candidate: Candidate, read: Read) -> Helpers | Refusal:
    """Functions and constants that the candidate uses, from the copy that has them all; others have the same."""
    found: list[tuple[frozenset[str], Helpers]] = []
    for member in candidate.members:
        source = read(member.path)
        assert source is not None
        names = (reads(candidate.node) & member.defined) - {member.name}
        found.append((names, helpers(source.text, member.path, sorted(names), frozenset({member.name}))))
    most, chosen = max(found, key=lambda pair: len(pair[0]))
    everything = frozenset().union(*(names for names, _ in found))
    if everything - most:
        return Refusal("the copies use helpers that no one file has", (tuple(sorted(everything - most)),))
    for names, item in found:
        if names == most and _normal(item.text) != _normal(chosen.text):
            return Refusal("the copies use different helpers", tuple((piece.text,) for _, piece in found))
    return chosen


def _normal(text: str) -> str:
    return ast.dump(ast.parse(text))
