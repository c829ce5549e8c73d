"""Divisions of small files, without a tree around them."""

import textwrap
from collections.abc import Mapping, Sequence

from refactor_tools.model.outcomes import Refusal
from refactor_tools.splitting.arrangement import Arrangement
from refactor_tools.splitting.place import Place, folder_place, package_place
from refactor_tools.splitting.planning import by_map, is_script, proposed
from refactor_tools.splitting.source import read_module
from refactor_tools.splitting.units import Units, read_units

NOTHING: frozenset[str] = frozenset()
PACKAGE = package_place("pkg/m.py", lambda folder: folder == "pkg")
BESIDE = folder_place("m.py", "m_parts", lambda folder: False)


def units_of(text: str, read: frozenset[str] = NOTHING, assigned: Mapping[str, str] | None = None) -> Units:
    return read_units(read_module(textwrap.dedent(text).lstrip("\n"), "pkg/m.py"), read, assigned or {})


def mapped(text: str, **files: Sequence[str]) -> Arrangement:
    result = by_map(units_of(text), files, "pkg/m.py")
    assert isinstance(result, Arrangement), result
    return result


def refused(text: str, **files: Sequence[str]) -> Refusal:
    result = by_map(units_of(text), files, "pkg/m.py")
    assert isinstance(result, Refusal), result
    return result


def own(text: str, limit: int = 500) -> Arrangement:
    units = units_of(text)
    return proposed(units, limit, (), script=is_script(units.source))


def names(arrangement: Arrangement) -> dict[str, set[str]]:
    return {stem: {name for unit in group for name in unit.binds} for stem, group in arrangement.files.items()}


__all__ = ["BESIDE", "PACKAGE", "Place", "mapped", "names", "own", "refused", "units_of"]
