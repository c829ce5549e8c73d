"""Key maps over the keys of a state dict: where a component stands is found by its members, never guessed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from refactor_tools.errors import AmbiguousName, RefactorError
from refactor_tools.model.adapters import exchanged
from refactor_tools.model.checkpoints import Direction, MemberLayout, Renaming, Replaced

COMPILED = "_orig_mod"
PARALLEL = "module"

Prefix = tuple[str, ...]


def renamed(key: str, renamings: Mapping[Prefix, Renaming]) -> str:
    """`key` with every renaming on its way made, all at once: none sees what another wrote."""
    parts = key.split(".")
    result: list[str] = []
    at = 0
    while at < len(parts):
        found = renamings.get(tuple(parts[:at]))
        length, new = exchanged(parts[at:], dict(found.pairs) if found is not None else {})
        result += new
        at += length
    return ".".join(result)


def renamed_all(keys: Sequence[str], renamings: Iterable[Renaming]) -> tuple[tuple[str, str], ...]:
    """Every key with what it becomes, in order.

    Raises:
        RefactorError: two keys would become one.
    """
    by_prefix = {renaming.prefix: renaming for renaming in renamings}
    pairs = tuple((key, renamed(key, by_prefix)) for key in keys)
    taken: dict[str, str] = {}
    for key, new in pairs:
        if new in taken:
            raise RefactorError(f"{taken[new]} and {key} would both become {new}; nothing was written")
        taken[new] = key
    return pairs


def find_renamings(keys: Sequence[str], replaced: Sequence[Replaced], to: Direction) -> tuple[Renaming, ...]:
    """Where components (or originals) stand in a state dict, with the renamings to the other side.

    A place is taken only where all keys below it are members of the class and all members that it must have are there.

    Raises:
        AmbiguousName: several originals fit in one place and would give it different names; the message lists them.
    """
    sides = [(item, *_side(item, to)) for item in replaced]
    found: list[Renaming] = []
    unclear: list[str] = []
    for prefix, members in _places(keys).items():
        fitting = [
            Renaming(prefix, item.component, item.original, pairs)
            for item, expected, pairs in sides
            if _fits(members, expected)
        ]
        if len({_effect(renaming, members) for renaming in fitting}) > 1:
            unclear.append(_choices(prefix, fitting))
        elif fitting:
            best = max(fitting, key=lambda renaming: len(renaming.pairs))
            if best.pairs:
                found.append(best)
    if unclear:
        raise AmbiguousName("\n".join(unclear))
    return tuple(found)


def at_prefix(keys: Sequence[str], prefix: str, replaced: Replaced, to: Direction) -> tuple[Renaming, ...]:
    """The renamings of one original in the place that a person names; wrappers around the model do not count.

    Raises:
        RefactorError: no key begins so, or none of the members that would be renamed is there.
    """
    wanted = without_wrappers(tuple(prefix.strip(".").split(".")) if prefix.strip(".") else ())
    places = {place: members for place, members in _places(keys).items() if without_wrappers(place) == wanted}
    if not places:
        raise RefactorError(f"no key begins with {prefix!r}")
    _, pairs = _side(replaced, to)
    # Of a wrapper and what it wraps, the inner one holds the members.
    place = max(places, key=len)
    if pairs and not any(_has(places[place], old) for old, _ in pairs):
        names = ", ".join(old for old, _ in pairs)
        raise RefactorError(f"below {prefix!r} there is none of {names}, which {replaced.original} would rename")
    return (Renaming(place, replaced.component, replaced.original, pairs),)


def without_wrappers(parts: Prefix) -> Prefix:
    """A place without what `torch.compile` and DistributedDataParallel put around it."""
    inner = tuple(part for part in parts if part != COMPILED)
    return inner[1:] if inner[:1] == (PARALLEL,) else inner


def _side(item: Replaced, to: Direction) -> tuple[MemberLayout, tuple[tuple[str, str], ...]]:
    """The members to look for, and (name there, name to write)."""
    if to == "component":
        return item.layout, tuple((old, new) for new, old in item.pairs)
    names = {old: new for new, old in item.pairs}
    heads = {old.partition(".")[0]: new.partition(".")[0] for old, new in names.items()}
    found: dict[str, list[str | None]] = {}
    for name, part in item.layout.parts:
        head, _, inner = names.get(name, heads.get(name, name)).partition(".")
        found.setdefault(head, []).append(_inside(inner, part) if inner else part)
    expected = MemberLayout(
        frozenset(heads.get(name, name) for name in item.layout.required),
        tuple((head, _either(parts)) for head, parts in found.items()),
        item.layout.closed,
    )
    return expected, tuple((new, old) for old, new in names.items())


def _inside(inner: str, part: str | None) -> str:
    """What may follow a member that holds `inner`, which `part` may follow."""
    after = r"(\..+)?" if part is None else rf"\.({part})" if part else ""
    return re.escape(inner).replace(r"\*", r"\d+") + after


def _either(parts: Sequence[str | None]) -> str | None:
    """What may follow a member that stands for several."""
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return known[0] if len(known) == 1 else "|".join(f"({part})" for part in known)


Members = Mapping[str, Sequence[str]]


def _places(keys: Iterable[str]) -> dict[Prefix, dict[str, list[str]]]:
    """Every place in the tree of keys: its members, and what follows each of them."""
    places: dict[Prefix, dict[str, list[str]]] = {}
    for key in keys:
        parts = key.split(".")
        for at in range(len(parts)):
            members = places.setdefault(tuple(parts[:at]), {})
            members.setdefault(parts[at], []).append(".".join(parts[at + 1 :]))
    return places


def _fits(members: Members, expected: MemberLayout) -> bool:
    known = dict(expected.parts)
    if not expected.closed or not expected.required or not expected.required <= members.keys() <= known.keys():
        return False
    return all(_matches(rest, known[name]) for name, rests in members.items() for rest in rests)


def _matches(rest: str, part: str | None) -> bool:
    if part is None:
        return True
    inner = ".".join(piece for piece in rest.split(".") if piece != COMPILED)
    return inner == "" if part == "" else re.fullmatch(part, inner) is not None


def _has(members: Members, name: str) -> bool:
    head, _, rest = name.partition(".")
    wanted = re.compile(re.escape(rest).replace(r"\*", r"\d+") + r"(\..+)?")
    return any(not rest or wanted.fullmatch(item) for item in members.get(head, ()))


def _effect(renaming: Renaming, members: Members) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(pair for pair in renaming.pairs if _has(members, pair[0])))


def _choices(prefix: Prefix, fitting: Sequence[Renaming]) -> str:
    place = ".".join(prefix)
    lines = [f"what stands at {place!r} may be any of these; choose with"]
    lines += [f"  {line}" for line in dict.fromkeys(_options(place, fitting))]
    return "\n".join(lines)


def _options(place: str, fitting: Sequence[Renaming]) -> Iterator[str]:
    for renaming in fitting:
        shown = place or '""'
        yield f"--component {renaming.component} --original {renaming.original} --prefix {shown}"
