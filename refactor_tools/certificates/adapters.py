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
    return document


def read_adapter(record: Record) -> Adapter:
    """The inverse of `adapter_document`."""
    return Adapter(
        init=_arguments(record, "init"),
        forward=_arguments(record, "forward"),
        state=record.pairs("state"),
        lacking=_arguments(record, "lacking"),
        attributes=_arguments(record, "attributes"),
    )


def _arguments(record: Record, key: str) -> tuple[Argument, ...]:
    return tuple(Argument(name, value) for name, value in record.pairs(key))
