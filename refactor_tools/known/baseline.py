"""Known findings as a file that a team keeps under version control."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from refactor_tools.errors import UnreadableRecord
from refactor_tools.model.known import Known, KnownFamily, Statement

SCHEMA = 1
ABOUT = (
    "Findings of analyze-deps that are accepted. It only shrinks: what vanishes from the tree is taken out by the next "
    "run. To accept what is new, delete this file and run the command again."
)

T = TypeVar("T")


def dump_baseline(known: Known) -> str:
    """`known` as JSON, one finding a line, in a fixed order."""
    contents = {_digest(statements): _marks(statements) for statements in known.contents.values()}
    document = {
        "schema": SCHEMA,
        "about": ABOUT,
        "duplicates": [
            {"name": family.name, "members": {key: _digest(known.contents.get(key, ())) for key in family.members}}
            for family in known.families
        ],
        "cycles": sorted(map(list, known.cycles)),
        "hidden": [dict(zip(("path", "target", "how"), one, strict=True)) for one in sorted(known.hidden)],
        "unresolved": [dict(zip(("path", "name"), one, strict=True)) for one in sorted(known.unresolved)],
        "over-limit": sorted(known.over_limit),
        "unused": sorted(known.unused),
        "contents": {digest: contents[digest] for digest in sorted(contents)},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def load_baseline(text: str, path: str) -> Known:
    """What `dump_baseline` wrote.

    Raises:
        UnreadableRecord: it is something else, or damaged.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise UnreadableRecord(f"is not a baseline: {error}", path) from error
    except RecursionError as error:
        raise UnreadableRecord("is not a baseline: it is nested too deeply", path) from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise UnreadableRecord(f"is not a baseline of schema {SCHEMA}; delete it to start anew", path)
    try:
        return _known(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise UnreadableRecord(
            f"is a damaged baseline ({reason}); restore it, or delete it to start anew", path
        ) from error


def _known(document: Mapping[str, Any]) -> Known:
    statements = {digest: tuple(map(Statement, _text(marks).split())) for digest, marks in document["contents"].items()}
    families, contents = [], {}
    for entry in document["duplicates"]:
        families.append(KnownFamily(_text(entry["name"]), tuple(map(_text, entry["members"]))))
        contents.update({key: statements[digest] for key, digest in entry["members"].items() if digest})
    return Known(
        families=tuple(families),
        contents=contents,
        cycles=_set(document["cycles"], lambda one: tuple(map(_text, one))),
        hidden=_set(document["hidden"], lambda one: (_text(one["path"]), _text(one["target"]), _text(one["how"]))),
        unresolved=_set(document["unresolved"], lambda one: (_text(one["path"]), _text(one["name"]))),
        over_limit=_set(document["over-limit"], _text),
        unused=_set(document["unused"], _text),
    )


def _set(entries: Iterable[Any], read: Callable[[Any], T]) -> frozenset[T]:
    return frozenset(map(read, entries))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _marks(statements: tuple[Statement, ...]) -> str:
    return " ".join(one.mark for one in statements)


def _digest(statements: tuple[Statement, ...]) -> str:
    if not statements:
        return ""
    return hashlib.sha256(_marks(statements).encode()).hexdigest()[:16]
