"""From calls as they were captured to constructions and calls of a case, in sizes that a person can read.

Without torch: what runs the calls, and makes their sizes small, is `captured_child`.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from keyword import iskeyword
from typing import Any

from refactor_tools.certificates.case_values import map_specs, specs_in, symbols_in
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.proofs import Call, Case, CaseValue, Construction, Listed, Named, Same, TensorSpec

NOTE = "captured"
# Of one original: constructions, and calls of each that differ in more than sizes or in sizes.
CONSTRUCTIONS, CALLS = 3, 3
_NOT_BUILT = "a call on an object whose constructor did not run: a copy, or one that was unpickled"
_LETTERS = "DEFGKMPQRUXYZ"

Record = Mapping[str, Any]


class NotTold(Exception):
    """A value that no case can hold; the message says where it stood and what it is."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What tells how to read the records of one original: its file, the names and texts in its source, and whether it
    is a class, which has to be constructed."""

    file: str
    source: str
    is_class: bool

    def reads(self, name: str) -> bool:
        return re.search(rf"\b{re.escape(name)}\b", self.source) is not None


def case_of(records: Sequence[Record], reading: Reading) -> tuple[Case, tuple[str, ...]]:
    """The case that the records make, and why some of them are not in it."""
    grouped: dict[str, tuple[Mapping[str, CaseValue], list[dict[str, CaseValue]]]] = {}
    problems: dict[str, None] = {}
    for record in records:
        if reading.is_class and record["built"] is None:
            problems[_NOT_BUILT] = None
            continue
        try:
            built = _arguments(record["built"] or {}, reading)
            call = _arguments(record["call"], reading)
        except NotTold as error:
            problems[str(error)] = None
            continue
        calls = grouped.setdefault(json.dumps(record["built"], sort_keys=True), (built, []))[1]
        if call not in calls:
            calls.append(call)
    constructions = [_construction(built, calls) for built, calls in list(grouped.values())[:CONSTRUCTIONS]]
    return Case(tuple(constructions)), tuple(problems)


def merged(known: Case | None, found: Case) -> Case:
    """`known` with what `found` adds; a question is answered by whatever was found."""
    if known is None or known.question:
        return replace(found, accepted=known.accepted, checks=known.checks) if known else found
    constructions = list(known.constructions)
    for construction in found.constructions:
        new = [call for call in construction.calls if not _is_known(call, construction, constructions)]
        if new:
            constructions.append(_with_used_sizes(replace(construction, calls=tuple(new))))
    return replace(known, constructions=tuple(constructions))


def _is_known(call: Call, construction: Construction, known: Iterable[Construction]) -> bool:
    """Whether a construction with the same arguments makes a call of the same form."""
    return any(
        _form(call) == _form(other)
        for held in known
        if dict(held.arguments) == dict(construction.arguments)
        for other in held.calls
    )


def _form(call: Call) -> dict[str, CaseValue]:
    """The arguments of a call without sizes."""

    def sizeless(spec: TensorSpec) -> TensorSpec:
        return replace(spec, shape=(0,) * len(spec.shape), high=None)

    return {name: map_specs(sizeless, value) for name, value in call.arguments.items()}


def _with_used_sizes(construction: Construction) -> Construction:
    values = [value for call in construction.calls for value in call.arguments.values()]
    used = {symbol for value in (*values, *construction.arguments.values()) for symbol in symbols_in(value)}
    return replace(construction, dims={name: size for name, size in construction.dims.items() if name in used})


def _construction(built: Mapping[str, CaseValue], calls: Sequence[dict[str, CaseValue]]) -> Construction:
    """Sizes are letters as the fullest call has them; another call has a letter where it agrees, else the number.

    Of calls that differ in nothing but sizes the first is kept: a proof is for a range of them.
    """
    first = max(calls, key=lambda call: len(call))
    ordered = [first, *(call for call in calls if call is not first)]
    batch, letters = _batch(first), _letters(first, ordered)
    dims = {letter: size for size, letter in letters.items()}
    if batch is not None:
        dims = {"B": batch, **dims}
    named = [{name: map_specs(_lettered(batch, letters), value) for name, value in call.items()} for call in ordered]
    kept: list[Call] = []
    for arguments in named:
        call = Call(arguments, NOTE)
        if len(kept) < CALLS and all(_form(call) != _form(other) for other in kept):
            kept.append(call)
    return _with_used_sizes(Construction(built, dims, tuple(kept)))


def _batch(first: Mapping[str, CaseValue]) -> int | None:
    """The first size of the first tensor that has sizes."""
    shapes = [spec.shape for value in first.values() for spec in specs_in(value) if spec.shape]
    return shapes[0][0] if shapes and isinstance(shapes[0][0], int) else None


def _letters(first: Mapping[str, CaseValue], calls: Sequence[Mapping[str, CaseValue]]) -> dict[int, str]:
    """A letter for every other size that several places share, or that differs between calls: L, then widths."""
    shapes = [spec.shape for value in first.values() for spec in specs_in(value)]
    sizes = [size for shape in shapes for size in _beside(shape, _batch(first)) if isinstance(size, int)]
    varying = {size for size in sizes if any(size not in _sizes(call) for call in calls)}
    found: dict[int, str] = {}
    for shape in shapes:
        if len(shape) > 2 and isinstance(shape[1], int) and not found:
            found[shape[1]] = "L"
    free = iter(_LETTERS)
    for size in dict.fromkeys(sizes):
        if size not in found and (sizes.count(size) > 1 or size in varying):
            found[size] = next(free, "") or f"N{len(found)}"
    return found


def _beside(shape: Sequence[int | str], batch: int | None) -> Sequence[int | str]:
    """The sizes that are not the batch's: it stands first, and a width that is as large is not it."""
    return shape[1:] if shape and shape[0] == batch else shape


def _sizes(call: Mapping[str, CaseValue]) -> set[int | str]:
    return {size for value in call.values() for spec in specs_in(value) for size in spec.shape}


def _lettered(batch: int | None, letters: Mapping[int, str]) -> Callable[[TensorSpec], TensorSpec]:
    def letter(size: int | str | None) -> int | str | None:
        return letters.get(size, size) if isinstance(size, int) else size

    def with_letters(spec: TensorSpec) -> TensorSpec:
        rest = _beside(spec.shape, batch)
        first = ("B",) * (len(spec.shape) - len(rest))
        shape = (*first, *(letters.get(size, size) if isinstance(size, int) else size for size in rest))
        return replace(spec, shape=shape, high=letter(spec.high) if spec.kind == "lengths" else spec.high)

    return with_letters


def _arguments(described: Mapping[str, Record], reading: Reading) -> dict[str, CaseValue]:
    found: dict[str, CaseValue] = {}
    objects: dict[int, str] = {}
    for name, value in described.items():
        same = objects.setdefault(value["object"], name) if value["is"] == "tensor" else name
        found[name] = Same(same) if same != name else _value(value, name, reading)
    return found


def _value(described: Record, place: str, reading: Reading) -> CaseValue:
    kind = described["is"]
    if kind == "plain":
        return _plain(described["value"], place, reading)
    if kind == "tensor":
        return _tensor(described, place)
    if kind == "packed":
        return _packed(described)
    if kind == "name":
        return Named(described["name"])
    if kind == "made":
        return Named(described["name"], dict(_entries(described, place, reading, everything=True)))
    if kind in ("list", "tuple"):
        entries = tuple(
            _value(entry, f"{place}[{number}]", reading) for number, entry in enumerate(described["entries"])
        )
        return Listed(entries) if kind == "list" else entries
    if kind == "mapping":
        return dict(_entries(described, place, reading, everything=False))
    if kind == "object":
        own = described["plain"] and described["file"] == reading.file and reading.reads(described["name"])
        entries_of = dict(_entries(described, place, reading, everything=own))
        return Named(f".{described['name']}", entries_of) if own else entries_of
    raise NotTold(f"`{place}` is a {described['type']}")


def _entries(described: Record, place: str, reading: Reading, *, everything: bool) -> Iterator[tuple[str, CaseValue]]:
    """Entries of a mapping or an object: all of them, or those whose names the original's source has."""
    for name, entry in described["entries"].items():
        if everything or reading.reads(name):
            yield name, _value(entry, f"{place}.{name}", reading)


def _plain(value: CaseValue, place: str, reading: Reading) -> CaseValue:
    """Texts are kept where they decide something: those that the source does not have may be somebody's data."""
    if isinstance(value, str) and value not in reading.source:
        raise NotTold(f"`{place}` is a text that its source does not name")
    return value


def _tensor(described: Record, place: str) -> TensorSpec:
    shape, dtype = tuple(described["shape"]), described["dtype"]
    if dtype == "bool":
        return TensorSpec(shape, "mask")
    if "largest" not in described:
        return TensorSpec(shape, dtype=dtype)
    whole = "float32" if dtype == "int64" else dtype
    if re.search(r"len", place) and described["least"] >= 0:
        return TensorSpec(shape, "lengths", described["largest"], whole)
    if described["largest"] <= 1 and re.search(r"mask|valid|keep", place):
        return TensorSpec(shape, "mask", dtype=dtype)
    return TensorSpec(shape, "ids", described["largest"] + 1, whole)


def _packed(described: Record) -> Named:
    batch, length = described["batch"], described["length"]
    arguments: dict[str, CaseValue] = {
        "input": TensorSpec((batch, length, *described["width"]), dtype=described["dtype"]),
        "lengths": TensorSpec((batch,), "lengths", length),
        "batch_first": True,
        "enforce_sorted": False,
    }
    return Named("torch.nn.utils.rnn.pack_padded_sequence", arguments)


def in_legacy_names(record: Record, adapter: Adapter, *, alone: bool) -> Record | None:
    """A call of the component as one of an original, where the adapter tells; None where it does not.

    An adapter that lists nothing passes calls on as they are. Where it does, a component's argument goes back to a
    legacy one that it is; one that is computed from several does not. `alone` tells that no other original could be
    meant: arguments that an alias has in common with others say nothing of which.
    """
    if not alone and (adapter.init or adapter.forward):
        return None
    try:
        call = _renamed(record["call"], adapter.forward)
        return {**record, "built": record["built"] and _renamed(record["built"], adapter.init), "call": call}
    except NotTold:
        return None


def _renamed(described: Mapping[str, Record], adapted: Sequence[Argument]) -> dict[str, Record]:
    if not adapted:
        return dict(described)
    legacy = {argument.name: argument.value for argument in adapted}
    found: dict[str, Record] = {}
    for name, value in described.items():
        if name in legacy and legacy[name].isidentifier() and not iskeyword(legacy[name]):
            found[legacy[name]] = value
        elif value.get("value", ...) is not None:
            raise NotTold(f"`{name}` has no one name in the original")
    return found
