"""Arguments that nothing reads, without those that an interface asks for."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from refactor_tools.graph.lineage import Lineage, defines
from refactor_tools.graph.lookup import Lookup
from refactor_tools.model.facts import Definition, Finding, Scan
from refactor_tools.model.graphs import Relation
from refactor_tools.scan.suspicious import UNUSED_ARGUMENT

_KERAS_CALL = ("training", "mask")
_WRITTEN = re.compile(r"\.(?P<method>\w+) accepts `(?P<argument>\w+)`")


def unused_arguments(
    scan: Scan, relations: Iterable[Relation], lookup: Lookup, lineage: Lineage
) -> tuple[Finding, ...]:
    """The `unused-argument` findings of `scan` that no interface explains.

    An argument belongs to an interface where an ancestor or a descendant of the class has it too, or where the class
    may stand in another's place: an alternative in one table, for one member or for one injected argument, or a sibling
    that extends the same class of the tree. Keras asks for `training` and `mask` of whatever it calls.
    """
    peers = _peers(relations, lookup)
    found = []
    for facts in scan.files:
        for finding in facts.findings:
            owner = _owner(facts.definitions, finding.line)
            written = _WRITTEN.search(finding.message) if finding.code == UNUSED_ARGUMENT else None
            if owner is None or written is None:
                continue
            if owner.framework == "keras" and written["method"] == "call" and written["argument"] in _KERAS_CALL:
                continue
            others = {*_kin(owner, lineage), *peers[owner.id]} - {owner.id}
            if not any(defines(lookup.names.by_id[one], written["argument"], written["method"]) for one in others):
                found.append(finding)
    return tuple(found)


def _peers(relations: Iterable[Relation], lookup: Lookup) -> Mapping[str, set[str]]:
    """For each class those that are kept in the same table, member or argument."""
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    for relation in relations:
        if relation.member and relation.how != "inherits":
            places[(relation.source, relation.member)].add(relation.target)
    tables = (set(lookup.held(variable, found=True)) for variable in lookup.entries)
    found: dict[str, set[str]] = defaultdict(set)
    for alternatives in (*places.values(), *tables):
        for one in alternatives:
            found[one] |= alternatives
    return found


def _kin(owner: Definition, lineage: Lineage) -> list[str]:
    siblings = [child for parent in lineage.parents.get(owner.id, ()) for child in lineage.children[parent]]
    return [*lineage.ancestors(owner.id), *lineage.descendants(owner.id), *siblings]


def _owner(definitions: Iterable[Definition], line: int) -> Definition | None:
    """The innermost definition around a line; `definitions` are in order of lines."""
    return next((one for one in reversed([*definitions]) if one.line <= line <= one.end_line), None)
