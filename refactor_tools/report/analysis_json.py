"""An analysis as the JSON of schema 1."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from refactor_tools.graph.metrics import chain
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.facts import Definition, Parameter, Problem
from refactor_tools.model.families import Difference, Family, Pattern
from refactor_tools.model.graphs import Composition, Relation
from refactor_tools.model.known import BaselineReport, FindingKind, SinceReport
from refactor_tools.report.news import baseline_document, since_document

SCHEMA = 1


def to_json(
    analysis: Analysis,
    found: Mapping[FindingKind, int],
    *,
    since: SinceReport | None = None,
    baseline: BaselineReport | None = None,
) -> str:
    """The text of the report; `found` is the number of findings by kind (see `kinds_found`)."""
    additions = {
        **({"since": since_document(since)} if since else {}),
        **({"baseline": baseline_document(baseline)} if baseline else {}),
    }
    return _text({**document(analysis, found), **additions})


def _text(report: Mapping[str, Any]) -> str:
    try:
        return msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
    except UnicodeEncodeError:
        # A name in the tree is no Unicode (a lone surrogate), which only the slower encoder lets pass.
        return json.dumps(report, indent=2, ensure_ascii=False)


def document(analysis: Analysis, found: Mapping[FindingKind, int]) -> dict[str, Any]:
    """The report as plain values. Lists are in a fixed order; paths are relative to `root`."""
    scan, graph = analysis.scan, analysis.imports
    return {
        "schema": SCHEMA,
        "root": scan.root,
        "files": len(scan.files),
        "others": [facts.path for facts in scan.others],
        "lines": sum(facts.lines for facts in scan.files),
        "seconds": round(analysis.seconds, 3),
        "outcomes": [_outcome(kind, number) for kind, number in found.items()],
        "problems": [{"path": one.path, "line": one.line, "message": one.message} for one in scan.problems],
        "skipped": _skipped(scan.problems),
        "definitions": _definitions(analysis),
        "families": [_family(one) for one in analysis.families.families],
        "kept_apart": [{**_family(one.family), "reason": one.reason} for one in analysis.families.kept_apart],
        "homonyms": _plain(analysis.families.homonyms),
        "implicit": [{**_fields(one), "path": _path(one.holder)} for one in analysis.families.implicit],
        "patterns": [_pattern(one) for one in analysis.families.patterns],
        "imports": _plain(graph.edges),
        "cycles": _plain(graph.cycles),
        "unresolved": _plain(graph.unresolved),
        "hidden": _plain(graph.hidden),
        "notices": list(graph.notices),
        "findings": _plain(analysis.findings),
        "metrics": _metrics(analysis),
        "unused": list(analysis.composition.unused),
        "dead_members": _plain(analysis.dead_members),
    }


def kinds_found(analysis: Analysis) -> dict[FindingKind, int]:
    """How much was found of each kind; of drift nothing, which shows only against an earlier state."""
    return {
        "duplicates": len(analysis.families.families),
        "cycles": len(analysis.imports.cycles),
        "hidden": len(analysis.imports.hidden),
        "unresolved": len(analysis.imports.unresolved),
        "over-limit": len(analysis.over_limit),
        "unused": len(analysis.composition.unused),
    }


def _outcome(kind: str, number: int) -> dict[str, str]:
    return {"name": kind, "outcome": "found" if number else "clean", "reason": f"{number} found" if number else ""}


def _skipped(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """How many files were passed over on purpose, by reason."""
    files: Counter[str] = Counter()
    for problem in problems:
        if problem.skipped:
            files[problem.skipped] += problem.files
    return [{"reason": reason, "files": files[reason]} for reason in sorted(files)]


def _plain(values: Iterable[Any]) -> list[dict[str, Any]]:
    return [_fields(value) for value in values]


def _fields(value: Any) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(value)
    return fields


def _definitions(analysis: Analysis) -> list[dict[str, Any]]:
    relations: dict[str, list[Relation]] = defaultdict(list)
    for relation in analysis.composition.relations:
        relations[relation.source].append(relation)
    return [_definition(one, analysis.composition, relations[one.id]) for one in analysis.scan.definitions]


def _definition(definition: Definition, composition: Composition, relations: Sequence[Relation]) -> dict[str, Any]:
    return {
        "id": definition.id,
        "kind": definition.kind,
        "name": definition.name,
        "path": definition.path,
        "line": definition.line,
        "end_line": definition.end_line,
        "bases": list(definition.bases),
        "framework": definition.framework,
        "tier": composition.tiers.get(definition.id),
        "uses": list(composition.uses.get(definition.id, ())),
        "used_by": list(composition.used_by.get(definition.id, ())),
        "relations": [_relation(one) for one in relations],
        "parameters": _parameters(definition.parameters),
        "forward": None if definition.forward is None else _parameters(definition.forward),
    }


def _relation(relation: Relation) -> dict[str, Any]:
    return {
        "target": relation.target,
        "how": relation.how,
        "member": relation.member,
        "through": relation.through,
        "path": relation.path,
        "line": relation.line,
    }


def _parameters(parameters: Iterable[Parameter]) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "default": one.default, "annotation": one.annotation, "kind": one.kind} for one in parameters
    ]


def _family(family: Family) -> dict[str, Any]:
    return {
        "name": family.name,
        "kind": family.kind,
        "likeness": family.likeness,
        "similarity": round(family.similarity, 4),
        "members": list(family.members),
        "differences": None if family.differences is None else [_difference(one) for one in family.differences],
        "proposal": None if family.proposal is None else _fields(family.proposal),
        "priority": family.priority,
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {**_fields(difference), "values": [{"member": member, "text": text} for member, text in difference.values]}


def _path(definition: str) -> str:
    return definition.partition("::")[0]


def _pattern(pattern: Pattern) -> dict[str, Any]:
    return {
        "text": pattern.text,
        "places": [{**_fields(place), "path": _path(place.holder)} for place in pattern.places],
    }


def _metrics(analysis: Analysis) -> list[dict[str, Any]]:
    over_limit = frozenset(analysis.over_limit)
    following = {one.path: one.following for one in analysis.metrics}
    return [
        {
            "path": one.path,
            "lines": one.lines,
            "definitions": one.definitions,
            "over_limit": one.path in over_limit,
            "fan_in": one.fan_in,
            "fan_out": one.fan_out,
            "depth": one.depth,
            "longest_chain": list(chain(one.path, following)),
        }
        for one in analysis.metrics
    ]
