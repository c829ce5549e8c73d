"""Reading JSON and YAML documents that anybody may have edited: every value is checked where it is taken."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from refactor_tools.errors import UnreadableRecord

SCHEMA = 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Record:
    """One mapping of a document: `path` is its file, `where` its place in it ("" at the top)."""

    values: Mapping[str, object]
    path: str
    where: str = ""

    def text(self, key: str, default: str | None = None) -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str):
            raise self.wrong(key, "text")
        if not value.isascii() and value != value.encode("utf-8", "replace").decode("utf-8"):
            raise self.wrong(key, "text without broken characters")
        return value

    def number(self, key: str) -> int:
        value = self.values.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(key, "a whole number")
        return value

    def one_of(self, key: str, choices: Sequence[T]) -> T:
        value = self.values.get(key)
        for choice in choices:
            if value == choice:
                return choice
        raise self.wrong(key, f"one of {', '.join(map(str, choices))}")

    def record(self, key: str) -> "Record":
        value = self.values.get(key)
        if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
            raise self.wrong(key, "a mapping")
        return Record(value, self.path, self.place(key))

    def records(self, key: str) -> Iterator["Record"]:
        """The mappings in the list `key`; an absent list is empty."""
        for number, value in enumerate(self.items(key)):
            place = f"{self.place(key)}[{number}]"
            if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
                raise UnreadableRecord(f"`{place}` must be a mapping, not {_brief(value)}", self.path)
            yield Record(value, self.path, place)

    def items(self, key: str) -> list[object]:
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.wrong(key, "a list")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.items(key)
        if not all(isinstance(value, str) for value in values):
            raise self.wrong(key, "a list of texts")
        return tuple(map(str, values))

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """A mapping of text to text, in its order; an absent one is empty."""
        if key not in self.values:
            return ()
        part = self.record(key)
        return tuple((name, part.text(name)) for name in part.values)

    def optional(self, key: str, read: Callable[["Record"], T]) -> T | None:
        return None if self.values.get(key) is None else read(self.record(key))

    def place(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def wrong(self, key: str, wanted: str) -> UnreadableRecord:
        found = f"not {_brief(self.values[key])}" if key in self.values else "and is missing"
        return UnreadableRecord(f"`{self.place(key)}` must be {wanted}, {found}", self.path)


def read_json(text: str, path: str) -> Record:
    """The top mapping of a JSON document of our schema.

    Raises:
        UnreadableRecord: it is not JSON, no mapping, or of another schema.
    """
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise UnreadableRecord("is nested too deeply to be one of our records", path) from error
    except ValueError as error:
        raise UnreadableRecord(f"is not JSON: {error}; restore it or make it again", path) from error
    return top(document, path)


def top(document: object, path: str) -> Record:
    """`document` as the top mapping of a record of our schema."""
    if not isinstance(document, Mapping) or not all(isinstance(name, str) for name in document):
        raise UnreadableRecord(f"must be a mapping, not {_brief(document)}", path)
    record = Record(document, path)
    schema = document.get("schema")
    if schema != SCHEMA or isinstance(schema, bool):
        raise UnreadableRecord(f"has schema {_brief(schema)}; this version reads schema {SCHEMA}", path)
    return record


def write_json(document: Mapping[str, object]) -> str:
    """Indented, in the document's own order, with a newline at the end: equal values give equal text."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
