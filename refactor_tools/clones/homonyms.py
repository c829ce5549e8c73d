"""Names that stand for different algorithms."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from refactor_tools.clones.relations import standing
from refactor_tools.model.facts import Definition
from refactor_tools.model.families import Family, Homonym

# What every project calls some function or other; sharing such a name says nothing.
_GENERIC = frozenset({"collate_fn", "get_args", "get_model", "get_parser", "load_data", "load_model", "parse_args"})


def find_homonyms(definitions: Iterable[Definition], families: Sequence[Family]) -> tuple[Homonym, ...]:
    """Names whose definitions do not all stand in one of `families`, by name."""
    by_name: dict[str, set[str]] = defaultdict(set)
    for definition in definitions:
        if _tells(definition):
            by_name[definition.name].add(definition.id)
    holding = standing(families)
    return tuple(
        Homonym(name, tuple(sorted(ids)))
        for name, ids in sorted(by_name.items())
        if len(ids) > 1 and not set.intersection(*(holding[member] for member in ids))
    )


def _tells(definition: Definition) -> bool:
    """Whether the name is meant to name a concept: one-word functions (`main`, `train`) are not."""
    name = definition.name
    if definition.kind == "class":
        return True
    return "_" in name.strip("_") and not name.startswith("__") and name not in _GENERIC
