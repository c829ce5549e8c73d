"""Values in cases, to and from plain data in which tensors are `TensorSpec`s."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from refactor_tools.errors import UnreadableRecord
from refactor_tools.model.proofs import CaseValue, Listed, Named, Same, TensorSpec


def document_of(value: CaseValue) -> object:
    """`value` with tuples as lists and mappings as dicts."""
    if isinstance(value, tuple):
        return [document_of(entry) for entry in value]
    if isinstance(value, Mapping):
        return {name: document_of(entry) for name, entry in value.items()}
    return value


def value_of(document: object, dims: Mapping[str, int], place: str, path: str) -> CaseValue:
    """The inverse of `document_of`; `dims` are the symbols that shapes may use.

    Raises:
        UnreadableRecord: `document` holds something that no case can hold.
    """
    if isinstance(document, TensorSpec):
        _check_symbols(document, dims, place, path)
        return document
    if isinstance(document, Named):
        return _named(document, dims, place, path)
    if isinstance(document, Same):
        return document
    if isinstance(document, Listed):
        return Listed(tuple(_entries(document.entries, dims, place, path)))
    if isinstance(document, list):
        return tuple(_entries(document, dims, place, path))
    if isinstance(document, Mapping):
        return {
            _name(name, place, path): value_of(entry, dims, f"{place}.{name}", path) for name, entry in document.items()
        }
    if document is None or isinstance(document, str | int | float):
        return document
    raise UnreadableRecord(f"`{place}` is {document!r}; a case holds numbers, texts, lists, mappings, tensors", path)


def specs_in(value: CaseValue) -> Iterator[TensorSpec]:
    """The tensors in `value`, in their order."""
    if isinstance(value, TensorSpec):
        yield value
    for entry in _parts(value):
        yield from specs_in(entry)


def map_specs(function: Callable[[TensorSpec], CaseValue], value: CaseValue) -> CaseValue:
    """`value` with every tensor replaced."""
    if isinstance(value, TensorSpec):
        return function(value)
    if isinstance(value, Named) and value.arguments is not None:
        return Named(value.name, {name: map_specs(function, entry) for name, entry in value.arguments.items()})
    if isinstance(value, Listed):
        return Listed(tuple(map_specs(function, entry) for entry in value.entries))
    if isinstance(value, tuple):
        return tuple(map_specs(function, entry) for entry in value)
    if isinstance(value, Mapping):
        return {name: map_specs(function, entry) for name, entry in value.items()}
    return value


def symbols_in(value: CaseValue) -> Iterator[str]:
    """The sizes with names that the tensors in `value` have."""
    for spec in specs_in(value):
        yield from (size for size in (*spec.shape, spec.high) if isinstance(size, str))


def _parts(value: CaseValue) -> Iterator[CaseValue]:
    if isinstance(value, Named):
        yield from (value.arguments or {}).values()
    elif isinstance(value, Listed):
        yield from value.entries
    elif isinstance(value, tuple):
        yield from value
    elif isinstance(value, Mapping):
        yield from value.values()


def _entries(entries: Iterable[object], dims: Mapping[str, int], place: str, path: str) -> Iterator[CaseValue]:
    return (value_of(entry, dims, f"{place}[{number}]", path) for number, entry in enumerate(entries))


def _named(document: Named, dims: Mapping[str, int], place: str, path: str) -> Named:
    if document.arguments is None:
        return document
    arguments = {name: value_of(value, dims, f"{place}.{name}", path) for name, value in document.arguments.items()}
    return Named(document.name, arguments)


def _name(name: object, place: str, path: str) -> str:
    if not isinstance(name, str):
        raise UnreadableRecord(f"`{place}` has the key {name!r}; put it in quotes", path)
    return name


def _check_symbols(spec: TensorSpec, dims: Mapping[str, int], place: str, path: str) -> None:
    for size in (*spec.shape, spec.high):
        if isinstance(size, str) and size not in dims:
            raise UnreadableRecord(f"`{place}` uses the size {size}, which `dims` does not have", path)
