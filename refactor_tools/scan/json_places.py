"""JSON with the places of its strings, so that they can be edited where they stand."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class PlacedString:
    """A string of a document; `start` and `end` are offsets of what stands between its quotes."""

    value: str
    start: int
    end: int


Placed = PlacedString | Mapping[str, "Placed"] | Sequence["Placed"] | None


def placed_json(text: str) -> Placed:
    """The document, with None in place of numbers and constants.

    Raises:
        ValueError: it is not JSON.
        RecursionError: it is nested too deeply.
    """
    json.loads(text)
    return _value(_TOKEN.finditer(text))


def offsets(text: str, string: PlacedString) -> tuple[int, ...]:
    """Where each character of the string's value begins in `text`, and where the last one ends."""
    starts = [match.start() for match in _CHARACTER.finditer(text, string.start, string.end)]
    return (*starts, string.end)


def _value(tokens: Iterator[re.Match[str]]) -> Placed:
    return _from(next(tokens), tokens)


def _from(token: re.Match[str], tokens: Iterator[re.Match[str]]) -> Placed:
    match token[0][0]:
        case '"':
            return PlacedString(json.loads(token[0], strict=False), token.start() + 1, token.end() - 1)
        case "[":
            return list(_items(tokens))
        case "{":
            return dict(_members(tokens))
    return None


def _items(tokens: Iterator[re.Match[str]]) -> Iterator[Placed]:
    for token in tokens:
        if token[0] == "]":
            return
        if token[0] != ",":
            yield _from(token, tokens)


def _members(tokens: Iterator[re.Match[str]]) -> Iterator[tuple[str, Placed]]:
    for token in tokens:
        if token[0] == "}":
            return
        if token[0] != ",":
            next(tokens)
            yield json.loads(token[0]), _value(tokens)
