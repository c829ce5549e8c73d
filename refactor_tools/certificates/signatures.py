"""Signatures as plain data."""

from collections.abc import Iterable

from refactor_tools.certificates.records import Record
from refactor_tools.model.facts import Parameter, ParameterKind

KINDS: tuple[ParameterKind, ...] = ("positional-only", "positional", "keyword-only", "var-positional", "var-keyword")


def signature_document(parameters: Iterable[Parameter]) -> list[dict[str, str]]:
    """One mapping a parameter; what it lacks is left out."""
    return [
        {"name": item.name, "kind": item.kind}
        | ({"default": item.default} if item.default is not None else {})
        | ({"annotation": item.annotation} if item.annotation is not None else {})
        for item in parameters
    ]


def read_signature(record: Record, key: str) -> tuple[Parameter, ...]:
    """The inverse of `signature_document`; an absent one is empty."""
    return tuple(
        Parameter(
            name=part.text("name"),
            kind=part.one_of("kind", KINDS),
            default=part.text("default") if "default" in part.values else None,
            annotation=part.text("annotation") if "annotation" in part.values else None,
        )
        for part in record.records(key)
    )
