"""Each module's place: what is built of nothing else, what is composed, and what stands on top."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from refactor_tools.graph.lookup import Lookup
from refactor_tools.model.facts import Definition, Scan
from refactor_tools.model.graphs import Relation, Tier

# What their training loop is written in is a program, not a part of one.
_PROGRAMS = frozenset(("LightningModule",))


def tiers(scan: Scan, relations: Sequence[Relation], lookup: Lookup) -> dict[str, Tier]:
    """The tier of every module of `scan`.

    `atomic`: it builds, holds or receives no other module of the tree, nor do the classes that it extends.
    `application`: it is a LightningModule; or no other module builds, holds, receives or extends it, and it is made of
    at least two modules of the tree, or of one that is itself composed. Everything else is `composite`.

    A function that merely builds a model does not make it a part. What a table hands out by a computed key counts only
    if it has members of its own: a choice of activations composes nothing.
    """
    modules = {definition.id: definition for definition in scan.definitions if definition.is_module}
    parents: dict[str, list[str]] = defaultdict(list)
    parts: dict[str, set[str]] = {identity: set() for identity in modules}
    taken: set[str] = set()
    for one in relations:
        if one.source not in modules or one.target not in modules:
            continue
        if one.how == "inherits":
            parents[one.source].append(one.target)
            taken.add(one.target)
        elif one.how != "uses" and not _is_a_choice(one, modules, lookup):
            parts[one.source].add(one.target)
            taken.add(one.target)
    whole = {identity: _with_inherited(identity, parents, parts) for identity in modules}
    return {identity: _tier(modules[identity], whole, taken, parents, modules) for identity in modules}


def _is_a_choice(relation: Relation, modules: Mapping[str, Definition], lookup: Lookup) -> bool:
    if not relation.through or relation.through in lookup.names.by_id:
        return False
    return not any(built.how == "calls" and built.member for built in modules[relation.target].built)


def _with_inherited(identity: str, parents: Mapping[str, Sequence[str]], parts: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    for one in (identity, *_ancestors(identity, parents)):
        found |= parts.get(one, set())
    return found - {identity}


def _ancestors(identity: str, parents: Mapping[str, Sequence[str]]) -> list[str]:
    found: dict[str, None] = {}
    pending = list(parents.get(identity, ()))
    while pending:
        parent = pending.pop()
        if parent not in found:
            found[parent] = None
            pending.extend(parents.get(parent, ()))
    return list(found)


def _tier(
    module: Definition,
    whole: Mapping[str, set[str]],
    taken: set[str],
    parents: Mapping[str, Sequence[str]],
    modules: Mapping[str, Definition],
) -> Tier:
    lineage = [module, *(modules[parent] for parent in _ancestors(module.id, parents))]
    if any(base.rpartition(".")[2] in _PROGRAMS for one in lineage for base in one.bases):
        return "application"
    own = whole[module.id]
    if not own:
        return "atomic"
    is_large = len(own) > 1 or any(whole[inner] for inner in own)
    return "application" if is_large and module.id not in taken else "composite"
