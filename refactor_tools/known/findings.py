"""What an analysis found, told by content."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from refactor_tools.known.keys import key_of, keys_of
from refactor_tools.known.statements import read_statements
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.facts import Source
from refactor_tools.model.graphs import Cycle, Hidden, Unresolved
from refactor_tools.model.known import Known, KnownFamily, Statement

Read = Callable[[str], Source | None]


def known_findings(analysis: Analysis, contents: Mapping[str, tuple[Statement, ...]]) -> Known:
    """All findings of `analysis`; `contents` are those of its families' members by key."""
    keys = keys_of(analysis.scan)
    families = (
        KnownFamily(family.name, tuple(sorted(key_of(member, keys) for member in family.members)))
        for family in analysis.families.families
    )
    return Known(
        families=tuple(sorted(families, key=lambda family: (family.name, family.members))),
        contents=contents,
        cycles=frozenset(map(cycle_key, analysis.imports.cycles)),
        hidden=frozenset(map(hidden_key, analysis.imports.hidden)),
        unresolved=frozenset(map(unresolved_key, analysis.imports.unresolved)),
        over_limit=frozenset(analysis.over_limit),
        unused=frozenset(key_of(one, keys) for one in analysis.composition.unused),
    )


def cycle_key(cycle: Cycle) -> tuple[str, ...]:
    return tuple(sorted(cycle.paths))


def hidden_key(hidden: Hidden) -> tuple[str, str, str]:
    return hidden.path, hidden.target, hidden.how


def unresolved_key(unresolved: Unresolved) -> tuple[str, str]:
    return unresolved.path, unresolved.name


def members(analysis: Analysis) -> Iterator[str]:
    """The ids of all members of families, each once."""
    return iter(dict.fromkeys(member for family in analysis.families.families for member in family.members))


def contents_of(ids: Iterable[str], read: Read, *, with_text: bool = False) -> dict[str, tuple[Statement, ...]]:
    """The statements of definitions by id, those left out whose file cannot be read; each file is parsed once."""
    by_path: dict[str, list[str]] = defaultdict(list)
    for identity in ids:
        by_path[identity.rpartition("::")[0]].append(identity)
    found: dict[str, tuple[Statement, ...]] = {}
    for path, wanted in by_path.items():
        source = read(path)
        if source is not None:
            found.update(read_statements(source.text, wanted, with_text=with_text))
    return found
