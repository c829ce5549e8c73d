"""Adapters as plain data."""

from refactor_tools.certificates.records import Record
from refactor_tools.model.adapters import Adapter, Argument


def adapter_document(adapter: Adapter) -> dict[str, object]:
    """Mappings, in the adapter's order, which generated shims follow."""
    document: dict[str, object] = {
        "init": {argument.name: argument.value for argument in adapter.init},
        "forward": {argument.name: argument.value for argument in adapter.forward},
        "state": dict(adapter.state),
        "lacking": {argument.name: argument.value for argument in adapter.lacking},
    }
    if adapter.attributes:
        document["attributes"] = {argument.name: argument.value for argument in adapter.attributes}
    if adapter.decorators:
        document["decorators"] = {name: list(texts) for name, texts in adapter.decorators}
    return document


def read_adapter(record: Record) -> Adapter:
    """The inverse of `adapter_document`."""
    return Adapter(
        init=_arguments(record, "init"),
        forward=_arguments(record, "forward"),
        state=record.pairs("state"),
        lacking=_arguments(record, "lacking"),
        attributes=_arguments(record, "attributes"),
        decorators=_decorators(record),
    )


def _arguments(record: Record, key: str) -> tuple[Argument, ...]:
    return tuple(Argument(name, value) for name, value in record.pairs(key))


def _decorators(record: Record) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if "decorators" not in record.values:
        return ()
    part = record.record("decorators")
    return tuple((name, part.texts(name)) for name in part.values)
