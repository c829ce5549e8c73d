"""Definitions told apart without line numbers, so that an edit further up changes nothing."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from refactor_tools.model.facts import Scan

_LATER = re.compile(r"@\d+")


def keys_of(scan: Scan) -> dict[str, str]:
    """The key of every definition of `scan` by id: `path::Name`, `path::Name#2` for the second of that name."""
    return dict(_keys(definition.id for facts in scan.files for definition in facts.definitions))


def key_of(identity: str, keys: Mapping[str, str]) -> str:
    """The key of a definition, or of a method of one (`path::Class.method`)."""
    if identity in keys:
        return keys[identity]
    owner, _, method = identity.rpartition(".")
    return f"{keys[owner]}.{method}" if owner in keys else identity


def _keys(ids: Iterable[str]) -> Iterable[tuple[str, str]]:
    seen: dict[str, int] = defaultdict(int)
    for identity in ids:
        path, _, name = identity.rpartition("::")
        bare = f"{path}::{_LATER.sub('', name)}"
        seen[bare] += 1
        yield identity, bare if seen[bare] == 1 else f"{bare}#{seen[bare]}"
