"""An analysis as the JSON of schema 1."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from refactor_tools.model.analysis import Analysis
from refactor_tools.model.facts import Definition, Parameter, Scan
from refactor_tools.model.families import Difference, Family, Pattern
from refactor_tools.model.graphs import Composition
from refactor_tools.scan.suspicious import NEVER_CALLED

SCHEMA = 1
# Files longer than this are worth dividing.
LINE_LIMIT = 500


def to_json(analysis: Analysis, found: Mapping[str, int]) -> str:
    """The text of the report; `found` is the number of findings by kind (see `kinds_found`)."""
    return json.dumps(document(analysis, found), indent=2, ensure_ascii=False)


def document(analysis: Analysis, found: Mapping[str, int]) -> dict[str, Any]:
    """The report as plain values. Lists are in a fixed order; paths are relative to `root`."""
    scan, graph = analysis.scan, analysis.imports
    return {
        "schema": SCHEMA,
        "root": scan.root,
        "files": len(scan.files),
        "lines": sum(facts.lines for facts in scan.files),
        "seconds": round(analysis.seconds, 3),
        "outcomes": [_outcome(kind, number) for kind, number in found.items()],
        "problems": _plain(scan.problems),
        "definitions": [_definition(one, analysis.composition) for one in scan.definitions],
        "families": [_family(one) for one in analysis.families.families],
        "kept_apart": [{**_family(one.family), "reason": one.reason} for one in analysis.families.kept_apart],
        "homonyms": _plain(analysis.families.homonyms),
        "implicit": [{**asdict(one), "path": _path(one.holder)} for one in analysis.families.implicit],
        "patterns": [_pattern(one) for one in analysis.families.patterns],
        "imports": _plain(graph.edges),
        "cycles": _plain(graph.cycles),
        "unresolved": _plain(graph.unresolved),
        "hidden": _plain(graph.hidden),
        "findings": _plain(analysis.findings),
        "metrics": _metrics(scan),
        "unused": list(analysis.composition.unused),
        "dead_members": _plain(one for one in analysis.findings if one.code == NEVER_CALLED),
    }


def kinds_found(analysis: Analysis) -> dict[str, int]:
    """How much was found of each kind that `--fail-on` knows."""
    return {
        "duplicates": len(analysis.families.families),
        "cycles": len(analysis.imports.cycles),
        "hidden": len(analysis.imports.hidden),
        "unresolved": len(analysis.imports.unresolved),
        "unused": len(analysis.composition.unused),
    }


def _outcome(kind: str, number: int) -> dict[str, str]:
    return {"name": kind, "outcome": "found" if number else "clean", "reason": f"{number} found" if number else ""}


def _plain(values: Iterable[Any]) -> list[dict[str, Any]]:
    return [asdict(value) for value in values]


def _definition(definition: Definition, composition: Composition) -> dict[str, Any]:
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
        "parameters": _parameters(definition.parameters),
        "forward": None if definition.forward is None else _parameters(definition.forward),
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
        "proposal": None if family.proposal is None else asdict(family.proposal),
        "priority": family.priority,
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {**asdict(difference), "values": [{"member": member, "text": text} for member, text in difference.values]}


def _path(definition: str) -> str:
    return definition.partition("::")[0]


def _pattern(pattern: Pattern) -> dict[str, Any]:
    return {
        "text": pattern.text,
        "places": [{**asdict(place), "path": _path(place.holder)} for place in pattern.places],
    }


def _metrics(scan: Scan) -> list[dict[str, Any]]:
    return [
        {
            "path": facts.path,
            "lines": facts.lines,
            "definitions": len(facts.definitions),
            "over_limit": facts.lines > LINE_LIMIT,
        }
        for facts in scan.files
    ]
