"""What is found now against what was known."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from refactor_tools.known.drift import drifts
from refactor_tools.known.findings import Read, contents_of, cycle_key, hidden_key, unresolved_key
from refactor_tools.known.keys import key_of, keys_of
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.graphs import Cycle
from refactor_tools.model.known import Known, NewCopies, News, Statement

Contents = Mapping[str, tuple[Statement, ...]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Today:
    """An analysis as it is compared: `keys` by id, `ids` by key, and where each known member is now.

    `places` has the members that still exist under their own key or, moved with the same content, under another.
    """

    analysis: Analysis
    keys: Mapping[str, str]
    ids: Mapping[str, str]
    places: Mapping[str, str]
    contents: Contents


def today(known: Known, analysis: Analysis, read: Read, in_scope: Callable[[str], bool]) -> Today:
    """What of `known` still stands in the tree. Paths that are not `in_scope` were not analysed now."""
    keys = keys_of(analysis.scan)
    ids = {key: identity for identity, key in keys.items()}
    members = sorted({member for family in known.families for member in family.members})
    here = {member: _id(member, ids) for member in members}
    places = {member: member for member, identity in here.items() if identity}
    fresh = {key_of(member, keys): member for family in analysis.families.families for member in family.members}
    fresh = {key: identity for key, identity in fresh.items() if key not in here}
    gone = [member for member in members if member not in places and in_scope(path_of(member))]
    wanted = {member: here[member] for member in places if member in known.contents}
    if gone:
        wanted.update(fresh)
    by_id = contents_of(wanted.values(), read)
    contents = {key: by_id[identity] for key, identity in wanted.items() if identity in by_id}
    places.update(_moved(gone, sorted(fresh), known.contents, contents))
    return Today(analysis, keys, {**ids, **fresh, **{key: one for key, one in here.items() if one}}, places, contents)


def compare(known: Known, now: Today, read: Read, extracted: Collection[str] = ()) -> News:
    """The findings of `now` that are not in `known`, and the members of known families that changed alone.

    `extracted` are definitions that became components: what is left of them is no copy any more.
    """
    graph = now.analysis.imports
    unused = {now.places.get(key, key) for key in known.unused}
    return News(
        copies=tuple(_new_copies(known, now)),
        drift=tuple(drifts(known, now.places, now.ids, now.contents, read, frozenset(extracted))),
        cycles=tuple(cycle for cycle in graph.cycles if not _is_known_cycle(cycle, known)),
        hidden=tuple(one for one in graph.hidden if hidden_key(one) not in known.hidden),
        unresolved=tuple(one for one in graph.unresolved if unresolved_key(one) not in known.unresolved),
        over_limit=tuple(path for path in now.analysis.over_limit if path not in known.over_limit),
        unused=tuple(one for one in now.analysis.composition.unused if key_of(one, now.keys) not in unused),
    )


def _id(key: str, ids: Mapping[str, str]) -> str:
    """The id of a key, "" where it names nothing that is there."""
    if key in ids:
        return ids[key]
    owner, _, method = key.rpartition(".")
    return f"{ids[owner]}.{method}" if owner in ids else ""


def path_of(key: str) -> str:
    return key.rpartition("::")[0]


def _moved(gone: list[str], fresh: list[str], before: Contents, now: Contents) -> Iterator[tuple[str, str]]:
    """Members that are gone, each with one that is new, bears its name and has its content."""
    waiting: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key in fresh:
        if key in now:
            waiting[_identity(key, now[key])].append(key)
    for key in gone:
        found = waiting.get(_identity(key, before[key])) if key in before else None
        if found:
            yield key, found.pop(0)


def _identity(key: str, statements: tuple[Statement, ...]) -> tuple[str, ...]:
    return (key.rpartition("::")[2].partition("#")[0], *(statement.content for statement in statements))


def _new_copies(known: Known, now: Today) -> Iterator[NewCopies]:
    before = [frozenset(now.places[key] for key in family.members if key in now.places) for family in known.families]
    holding: dict[str, list[int]] = defaultdict(list)
    for number, keys in enumerate(before):
        for key in keys:
            holding[key].append(number)
    for family in now.analysis.families.families:
        ids = {key_of(member, now.keys): member for member in family.members}
        accepted: set[str] = set()
        for number in {number for key in ids for number in holding.get(key, ())}:
            shared = before[number] & ids.keys()
            if len(shared) > 1:
                accepted |= shared
        joined = tuple(member for key, member in ids.items() if key not in accepted)
        if joined:
            yield NewCopies(family.name, family.members, joined)


def _is_known_cycle(cycle: Cycle, known: Known) -> bool:
    """What is left of a known cycle when a file was cut out of it is no new one."""
    paths = frozenset(cycle_key(cycle))
    return any(paths.issubset(before) for before in known.cycles)


def new_by_every(measures: Sequence[News]) -> News:
    """What is new by each of `measures`, and what drifted by any of them."""
    first, *others = measures
    drift = {one.member: one for news in reversed(measures) for one in news.drift}
    return News(
        copies=tuple(
            one
            for one in first.copies
            if all(any(one.members == other.members for other in news.copies) for news in others)
        ),
        drift=tuple(drift[member] for member in sorted(drift)),
        cycles=_in_all(first.cycles, [news.cycles for news in others]),
        hidden=_in_all(first.hidden, [news.hidden for news in others]),
        unresolved=_in_all(first.unresolved, [news.unresolved for news in others]),
        over_limit=_in_all(first.over_limit, [news.over_limit for news in others]),
        unused=_in_all(first.unused, [news.unused for news in others]),
    )


def _in_all(first: tuple[T, ...], others: Sequence[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(one for one in first if all(one in other for other in others))
