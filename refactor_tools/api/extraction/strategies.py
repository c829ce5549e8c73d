"""Different algorithms under one name: a component for each, and one that is given any of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import libcst as cst

from refactor_tools.api.extraction.component import Made
from refactor_tools.api.extraction.needs import Surroundings, framework_base
from refactor_tools.api.extraction.plans import Choices, Plan, plan_component, slice_of
from refactor_tools.api.extraction.renaming import with_choices
from refactor_tools.api.extraction.targets import Target
from refactor_tools.api.extraction.verdicts import Unproven
from refactor_tools.checkpoints.layouts import layout
from refactor_tools.codemods.slicing import Helpers, Slice
from refactor_tools.layout import component_path, library_place, snake_case
from refactor_tools.model.components import KeyMap
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.class_level import own_methods
from refactor_tools.unify.describe import load_members
from refactor_tools.unify.members import Member
from refactor_tools.unify.strategy import Strategy, strategy_names, with_strategy
from refactor_tools.unify.syntax import assigned_name, dotted, statements

# The object is made by the part and is no instance of what has the old name.
_OF_THE_CLASS = frozenset({"classmethod", "staticmethod"})

Around = Callable[[Sequence[KeyMap]], Surroundings]
Make = Callable[[Plan], Made | Unproven | Refusal]


def make_injected(target: Target, around: Around, make: Make) -> tuple[Made, ...] | Refusal:
    """The members' own components, proven and without shims, then the one that has their old names; or why one of them
    cannot be, and then all that was made of the others is of no use.

    `around` gives the surroundings with some more key maps, `make` writes and proves a plan in the scratch copy.
    """
    assert target.choices is not None
    start = around(())
    loaded = load_members(target.members, start.read)
    unfit = next((reason for member in loaded if (reason := _unfit(member, start)) is not None), None)
    if unfit is not None:
        return unfit
    taken = [target.name, *(keymap.name for keymap in start.keymaps)]
    names = strategy_names(target.members, target.choices.strategies, taken)
    made: list[Made] = []
    for member in loaded:
        choices = Choices(target.choices.category, rename=names[member.id])
        plan = plan_component(names[member.id], (member.id,), around([item.keymap for item in made]), choices)
        found = _settled(plan if isinstance(plan, Refusal) else make(replace(plan, shimmed=False)), names[member.id])
        if isinstance(found, Refusal):
            return found
        made.append(found)
    planned = _planned(target, loaded, [item.keymap for item in made], start)
    whole = _settled(planned if isinstance(planned, Refusal) else make(planned), target.name)
    return whole if isinstance(whole, Refusal) else (*made, whole)


def _settled(found: Made | Unproven | Refusal, name: str) -> Made | Refusal:
    refusal = found.refusal if isinstance(found, Unproven) else found
    if isinstance(refusal, Refusal):
        return replace(refusal, reason=f"{name}: {refusal.reason}")
    return refusal


def _unfit(member: Member, around: Surroundings) -> Refusal | None:
    """Why no other object can stand for the member: what is asked of it would not reach the part that it became."""
    if not member.is_class:
        advice = "a function has no constructor to give one to; keep the functions apart"
        return Refusal("`strategy` is for modules", ((member.id, advice),))
    if base := framework_base(member):
        return Refusal(f"{base} looks at the source and the signature of its subclasses", ((member.id,),))
    special = [item.name.value for item in own_methods(member.written) if _is_special(item)]
    if special:
        return Refusal("has methods that are looked up on the class itself", ((member.id, ", ".join(special)),))
    heirs = [
        one.source for one in around.analysis.composition.relations if one.how == "inherits" and one.target == member.id
    ]
    if heirs:
        return Refusal("what inherits from it would override nothing any more", ((member.id, ", ".join(heirs)),))
    seen = layout(slice_of(member.id, around.read).text, member.name)
    if seen is None or not seen.closed:
        return Refusal("inherits members that its own file does not show", ((member.id, "merge its parts"),))
    return None


def _is_special(function: cst.FunctionDef) -> bool:
    name = function.name.value
    decorators = {dotted(item.decorator) for item in function.decorators}
    return (name.startswith("__") and name.endswith("__") and name != "__init__") or bool(decorators & _OF_THE_CLASS)


def _planned(target: Target, members: Sequence[Member], made: Sequence[KeyMap], around: Surroundings) -> Plan | Refusal:
    """The component that is given the others."""
    assert target.choices is not None
    choices, settings = target.choices, around.settings
    slices = [slice_of(member.id, around.read) for member in members]
    strategies: list[Strategy] = []
    for member, keymap, piece in zip(members, made, slices, strict=True):
        seen = layout(piece.text, member.name)
        keys = tuple(name for name, _ in seen.parts) if seen is not None else ()
        [record] = keymap.originals
        shown = tuple(found[0] for item in statements(member.written.body) if (found := assigned_name(item)))
        strategies.append(Strategy(keymap.name, record.adapter, keys, shown))
    united = with_strategy(target.name, choices.strategy, members, strategies)
    candidate = united if isinstance(united, Refusal) else with_choices(united, choices.parameters)
    if isinstance(candidate, Refusal):
        return candidate
    _, package = library_place(settings)
    return Plan(
        name=target.name,
        candidate=candidate,
        category=choices.category,
        path=component_path(settings, choices.category, choices.module or target.name),
        package=package,
        module=f"{package}.{choices.category}.{snake_case(choices.module or target.name)}",
        slices=tuple(_with_import(piece, keymap) for piece, keymap in zip(slices, made, strict=True)),
        moved=Helpers("", frozenset()),
        library={},
        strategies={member.id: keymap for member, keymap in zip(members, made, strict=True)},
    )


def _with_import(piece: Slice, keymap: KeyMap) -> Slice:
    """The original as it is kept, with what its adapter needs beside it: the strategy, as its legacy file calls it."""
    line = f"from {keymap.module} import {keymap.name} as _{keymap.name}"
    return replace(piece, text=f"{piece.text.rstrip()}\n\n\n{line}\n")
