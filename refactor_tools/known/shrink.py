"""Known findings less those that have vanished: what is accepted can only become less."""

from collections.abc import Callable, Iterator

from refactor_tools.known.compare import Today, path_of
from refactor_tools.known.findings import cycle_key, hidden_key, unresolved_key
from refactor_tools.known.keys import key_of
from refactor_tools.model.known import Known, KnownFamily, News, Statement


def shrunk(known: Known, now: Today, news: News, in_scope: Callable[[str], bool]) -> Known:
    """`known` without what `now` has no more; findings in paths that are not `in_scope` stay as they are.

    Contents follow the tree, except those of members that drifted: these are reported until they agree again.
    """
    graph, scope = now.analysis.imports, in_scope
    hidden = frozenset(map(hidden_key, graph.hidden))
    unresolved = frozenset(map(unresolved_key, graph.unresolved))
    unused = frozenset(key_of(one, now.keys) for one in now.analysis.composition.unused)
    drifted = frozenset(one.member for one in news.drift)
    families = tuple(_families(known, now, drifted, scope))
    places = [now.places.get(one, one) for one in known.unused]
    return Known(
        families=families,
        contents=_contents(known, now, families, drifted),
        cycles=frozenset(_cycles(known, now, scope)),
        hidden=frozenset(one for one in known.hidden if one in hidden or not scope(one[0])),
        unresolved=frozenset(one for one in known.unresolved if one in unresolved or not scope(one[0])),
        over_limit=frozenset(one for one in known.over_limit if one in now.analysis.over_limit or not scope(one)),
        unused=frozenset(one for one in places if one in unused or not scope(path_of(one))),
    )


def _families(
    known: Known, now: Today, drifted: frozenset[str], in_scope: Callable[[str], bool]
) -> Iterator[KnownFamily]:
    today = [frozenset(key_of(one, now.keys) for one in family.members) for family in now.analysis.families.families]
    for family in known.families:
        elsewhere = [member for member in family.members if not in_scope(path_of(member))]
        here = [now.places[member] for member in family.members if member in now.places and member not in elsewhere]
        together = any(len(members.intersection(here)) > 1 for members in today)
        drifts = any(now.ids[member] in drifted for member in here)
        members = tuple(sorted({*here, *elsewhere}))
        if len(members) > 1 and (together or drifts or elsewhere):
            yield KnownFamily(family.name, members)


def _contents(
    known: Known, now: Today, families: tuple[KnownFamily, ...], drifted: frozenset[str]
) -> dict[str, tuple[Statement, ...]]:
    before = {now.places.get(key, key): statements for key, statements in known.contents.items()}
    found: dict[str, tuple[Statement, ...]] = {}
    for key in sorted({member for family in families for member in family.members}):
        follows = key in now.contents and now.ids[key] not in drifted
        statements = now.contents[key] if follows else before.get(key)
        if statements is not None:
            found[key] = tuple(Statement(one.mark) for one in statements)
    return found


def _cycles(known: Known, now: Today, in_scope: Callable[[str], bool]) -> Iterator[tuple[str, ...]]:
    today = [cycle_key(cycle) for cycle in now.analysis.imports.cycles]
    for before in known.cycles:
        if all(map(in_scope, before)):
            yield from (cycle for cycle in today if set(cycle) <= set(before))
        else:
            yield before
