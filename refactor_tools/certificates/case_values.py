"""Values in cases, to and from plain data in which tensors are `TensorSpec`s."""

from collections.abc import Mapping

from refactor_tools.errors import UnreadableRecord
from refactor_tools.model.proofs import CaseValue, Named, TensorSpec


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
    if isinstance(document, list):
        return tuple(value_of(entry, dims, f"{place}[{number}]", path) for number, entry in enumerate(document))
    if isinstance(document, Mapping):
        return {
            _name(name, place, path): value_of(entry, dims, f"{place}.{name}", path) for name, entry in document.items()
        }
    if document is None or isinstance(document, str | int | float):
        return document
    raise UnreadableRecord(f"`{place}` is {document!r}; a case holds numbers, texts, lists, mappings, tensors", path)


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
