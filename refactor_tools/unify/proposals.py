"""What a family could become, in words."""

from collections.abc import Collection
from dataclasses import replace

from refactor_tools.layout import snake_case
from refactor_tools.model.facts import Definition
from refactor_tools.model.families import Family, Proposal
from refactor_tools.unify.category import category_of


def proposal(name: str, builds: Collection[str], parameters: tuple[str, ...]) -> Proposal:
    """A component of that name, which calls `builds` and takes `parameters`."""
    category = category_of(name, builds)
    return Proposal(target=f"{category}/{snake_case(name)}.py", category=category, parameters=parameters)


def unchanged(family: Family, first: Definition) -> Family:
    """A family of exact copies, the `first` among them, with what they become: one of them, moved."""
    parameters = tuple(item.name for item in first.parameters or first.forward or ())
    moved = proposal(family.name, [built.name for built in first.built], parameters)
    return replace(family, differences=(), proposal=moved)
