"""A migration map as YAML for people to edit."""

import ast
import hashlib
from collections.abc import Iterator, Mapping

import yaml

from refactor_tools.model.migration_map import MapRow, MigrationMap

SCHEMA = 1

_SEAL = "# proposal: "
_HEAD = """\
# Migration map: what becomes which component. Proposed by `analyze-deps --map` for a team to review.
#
# Each row: its `members` (path::Name, from the root) become `component` in the file `target` under the library.
# Rename, regroup, move members between rows and delete rows as you see fit; a member stands in one row only.
# A row may also have `rename: {parameter: better_name}`, `order: [first, second]` and `defaults: {parameter: value}`.
# Different algorithms under one name become one component that is given its algorithm with `strategy: router`.
# `keep_apart` names copies that are not to be merged, and why; each of them can still be a row of its own.
# priority: high = copies in several files, medium = used in several files, standard = the rest.
# `extract-component --map` follows this file. `analyze-deps --map` replaces it only while it is as it was written.
"""


def dump_map(proposal: MigrationMap) -> str:
    """The map as YAML, rows in their order, with a seal that tells whether somebody edited it since."""
    lines = [f"schema: {SCHEMA}", "components:" if proposal.rows else "components: []"]
    for row in proposal.rows:
        lines += [f"  # {line}" for line in row.note.splitlines()]
        lines += _item(_row_document(row))
    lines.append("keep_apart:" if proposal.keep_apart else "keep_apart: []")
    for entry in proposal.keep_apart:
        lines += _item({"names": list(entry.names), "reason": entry.reason})
    body = "\n".join(lines) + "\n"
    return f"{_HEAD}{_SEAL}{_seal(body)}\n{body}"


def is_as_written(text: str) -> bool:
    """Whether `text` is a map that `dump_map` made and nobody edited."""
    head, found, rest = text.partition(f"\n{_SEAL}")
    seal, _, body = rest.partition("\n")
    return bool(found) and f"{head}\n" == _HEAD and seal == _seal(body)


def _row_document(row: MapRow) -> dict[str, object]:
    document: dict[str, object] = {
        "component": row.component,
        "members": list(row.members),
        "target": row.target,
        "category": row.category,
        "priority": row.priority,
    }
    if row.rename:
        document["rename"] = dict(row.rename)
    if row.order:
        document["order"] = list(row.order)
    if row.defaults:
        document["defaults"] = {name: _value(text) for name, text in row.defaults.items()}
    if row.strategy:
        document["strategy"] = row.strategy
    if row.strategies:
        document["strategies"] = dict(row.strategies)
    return document


def _value(text: str) -> object:
    """What a source text stands for; a name stands for itself."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _item(document: Mapping[str, object]) -> Iterator[str]:
    text = yaml.safe_dump([document], sort_keys=False, allow_unicode=True, width=2**20, default_flow_style=False)
    return (f"  {line}" for line in text.splitlines())


def _seal(body: str) -> str:
    # Line ends and trailing blanks are what editors and version control change by themselves.
    lines = "\n".join(line.rstrip() for line in body.splitlines())
    return hashlib.sha256(lines.encode("utf-8", errors="surrogatepass")).hexdigest()[:16]
