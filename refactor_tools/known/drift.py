"""Members of known families that changed alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from refactor_tools.known.findings import Read, contents_of
from refactor_tools.model.known import Changed, Drift, Known, Statement

Statements = Sequence[Statement]
# What a change takes away and brings, by shape: equal for copies that were changed in the same way.
Edit = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]


def drifts(
    known: Known,
    places: Mapping[str, str],
    ids: Mapping[str, str],
    contents: Mapping[str, tuple[Statement, ...]],
    read: Read,
    extracted: frozenset[str],
) -> Iterator[Drift]:
    """One entry for each member whose change at least one other member of a family of it did not get.

    `places` says under which key a known member stands now; a member of which `known` has no content did not change.
    """
    edits = {
        key: edit_of(known.contents[key], contents[place])
        for key, place in places.items()
        if key in known.contents and place in contents
    }
    reported: set[str] = set()
    for family in known.families:
        here = [key for key in family.members if key in places and ids[places[key]] not in extracted]
        for key in here:
            edit = edits.get(key)
            behind = [other for other in here if other != key and edits.get(other, ()) != edit]
            if edit and behind and key not in reported:
                reported.add(key)
                siblings = [ids[places[other]] for other in behind]
                changes = _changes(known.contents[key], ids[places[key]], siblings, read)
                yield Drift(family.name, ids[places[key]], tuple(siblings), tuple(changes))


def edit_of(before: Statements, after: Statements) -> Edit:
    """What was changed, as copies with other names share it; empty where nothing was."""
    return tuple(
        (tuple(one.shape for one in before[i:j]), tuple(one.shape for one in after[k:m]))
        for i, j, k, m in _hunks(before, after)
    )


def _hunks(before: Statements, after: Statements) -> Iterator[tuple[int, int, int, int]]:
    old, new = [one.content for one in before], [one.content for one in after]
    if old == new:
        return
    for tag, *span in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            i, j, k, m = span
            yield i, j, k, m


def _changes(before: Statements, member: str, siblings: Sequence[str], read: Read) -> Iterator[Changed]:
    texts = contents_of([member, *siblings], read, with_text=True)
    after = texts.get(member, ())
    written = _written(texts.values())
    for i, j, k, m in _hunks(before, after):
        for old, new in zip_longest(before[i:j], after[k:m]):
            # What was removed is shown at the statement that stands there now.
            line = (new or after[min(m, len(after) - 1)]).line if after else 0
            was = "" if old is None else old.text or written.get(old.content)
            yield Changed(line, was, new.text if new else "")


def _written(known: Iterable[Statements]) -> dict[str, str]:
    """Texts by content: what a member has no longer often still stands in its copies."""
    return {one.content: one.text for statements in known for one in statements if one.text}
