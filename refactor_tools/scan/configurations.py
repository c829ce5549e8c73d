"""Names of Python modules and definitions in YAML and JSON."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from refactor_tools.model.facts import LookedUp, Problem, Reference
from refactor_tools.scan.registries import TYPE_KEY
from refactor_tools.scan.strings import NAMING_KEYS, dotted_name

# A dotted name as a whole value, or a key whose value says what to build: without either nothing is referred to.
_MAY_REFER = re.compile(
    r"""[\s\[:,'"-][^\W\d]\w*(?:\.[^\W\d]\w*)+['"]?\s*(?:$|[\n,}\]#])|(?:_target_|class_path|\btype)['"]?\s*:"""
)


def configuration_facts(path: str, text: str) -> tuple[tuple[Reference, ...], tuple[LookedUp, ...], list[Problem]]:
    """What the file refers to, and why it could not be read if it looks as if it referred to something.

    Values under `_target_` and `class_path` can only be names; any other value that is a dotted name may be one, and a
    `type` the key of a registry.
    """
    if not _MAY_REFER.search(text):
        return (), (), []
    try:
        pairs = list(_json(text) if path.endswith(".json") else _yaml(text))
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        line, message = _where(error)
        return (), (), [Problem(path, line, f"does not parse, so what it refers to is not known: {message}")]
    references: dict[tuple[str, int], Reference] = {}
    looked_up: dict[tuple[str, int], LookedUp] = {}
    for key, value, line in pairs:
        name = dotted_name(value)
        if name:
            how: Literal["name", "mention"] = "name" if key in NAMING_KEYS else "mention"
            references.setdefault((name, line), Reference(name, line, "lazy", how))
        elif key == TYPE_KEY:
            looked_up.setdefault((value, line), LookedUp("", value, line, "lazy"))
    return (
        tuple(sorted(references.values(), key=lambda one: (one.line, one.text))),
        tuple(sorted(looked_up.values(), key=lambda one: (one.line, one.key))),
        [],
    )


def _yaml(text: str) -> Iterator[tuple[str, str, int]]:
    """Every scalar value with the key that it stands under ("" in a list) and its line; tags are not followed.

    Read as events: libyaml composes nodes by recursion in C, which deep nesting overruns.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    inside: list[_Mapping | None] = []
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionEndEvent):
            inside.pop()
        mapping = inside[-1] if inside else None
        is_value = mapping is None or mapping.has_key
        if isinstance(event, yaml.ScalarEvent) and is_value:
            line = event.start_mark.line + 1 if event.start_mark else 0
            yield mapping.key if mapping else "", event.value, line
        if isinstance(event, yaml.CollectionStartEvent):
            inside.append(_Mapping() if isinstance(event, yaml.MappingStartEvent) else None)
        elif mapping and isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            mapping.key = event.value if isinstance(event, yaml.ScalarEvent) and not is_value else ""
            mapping.has_key = not is_value


@dataclass(slots=True)
class _Mapping:
    """A mapping that is being read: whether its next node is a value, and of which key."""

    has_key: bool = False
    key: str = ""


def _json(text: str) -> Iterator[tuple[str, str, int]]:
    """The same for JSON, in order. Its parser gives no lines: each string is looked for where the last one ended."""
    offset, line = 0, 1
    for key, value in _strings("", json.loads(text)):
        found = text.find(json.dumps(value), offset)
        if found >= 0:
            line += text.count("\n", offset, found)
            offset = found
        yield key, value, line


def _strings(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, list):
        for item in value:
            yield from _strings("", item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _strings(name, item)


def _where(error: Exception) -> tuple[int, str]:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return mark.line + 1, str(getattr(error, "problem", error))
    return getattr(error, "lineno", 0), str(getattr(error, "msg", "") or error)
