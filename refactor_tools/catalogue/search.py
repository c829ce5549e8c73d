"""Finds components by what they do.

Every word of the query that a component has counts by where it stands (its name most, its notes least) and by how rare
the word is among the components: a sum of field weight times inverse document frequency, no more.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from refactor_tools.layout import snake_case
from refactor_tools.model.components import ComponentRecord

# The weight of a word in the best field that holds it.
WEIGHTS: Mapping[str, float] = {
    "name": 8.0,
    "old name": 6.0,
    "category": 4.0,
    "title": 4.0,
    "summary": 3.0,
    "tag": 3.0,
    "parameter": 2.0,
    "concept": 1.5,
    "architecture": 1.0,
    "shape": 1.0,
    "note": 0.5,
}
# A word that only begins like the one asked for.
PREFIX = 0.6
_ENDINGS = ("ings", "ing", "ies", "es", "ed", "s")
_NOT_TOLD = frozenset(
    {"a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "into", "is", "it", "of", "on", "or", "that"}
    | {"the", "to", "with"}
)


@dataclass(frozen=True, slots=True)
class Hit:
    """`matches` pairs each word of the query with the field where it counted most."""

    record: ComponentRecord
    score: float
    matches: tuple[tuple[str, str], ...]


def search(records: Sequence[ComponentRecord], text: str) -> tuple[Hit, ...]:
    """The records that hold a word of `text`, best first, equal ones by name."""
    fields = [_fields(record) for record in records]
    asked = {_stem(word): word for word in reversed(list(_words(text)))}
    rarity = {stem: _rarity(stem, fields) for stem in reversed(asked)}
    hits = (_hit(record, stems, rarity, asked) for record, stems in zip(records, fields, strict=True))
    return tuple(sorted((hit for hit in hits if hit.matches), key=lambda hit: (-hit.score, hit.record.name)))


def _hit(
    record: ComponentRecord,
    fields: Mapping[str, frozenset[str]],
    rarity: Mapping[str, float],
    asked: Mapping[str, str],
) -> Hit:
    matches: list[tuple[str, str]] = []
    score = 0.0
    for stem, rare in rarity.items():
        best, field = max((WEIGHTS[field] * _likeness(stem, stems), field) for field, stems in fields.items())
        if best:
            score += best * rare
            matches.append((asked[stem], field))
    return Hit(record, round(score, 3), tuple(matches))


def _rarity(stem: str, fields: Sequence[Mapping[str, frozenset[str]]]) -> float:
    having = sum(any(_likeness(stem, stems) for stems in each.values()) for each in fields)
    return 1.0 + math.log((1 + len(fields)) / (1 + having))


def _likeness(stem: str, stems: frozenset[str]) -> float:
    if stem in stems:
        return 1.0
    return PREFIX if len(stem) > 2 and any(other.startswith(stem) for other in stems) else 0.0


def _fields(record: ComponentRecord) -> Mapping[str, frozenset[str]]:
    doc = record.doc
    parameters = [parameter.name for parameter in (*record.parameters, *(record.forward or ()))]
    tensors = (*doc.inputs, *doc.outputs)
    texts: Mapping[str, Iterable[str]] = {
        "name": [record.name],
        "old name": [place.partition("::")[2] for place in record.legacy],
        "category": [record.category],
        "title": [doc.title],
        "summary": [doc.summary],
        "tag": record.tags,
        "parameter": [*parameters, *(parameter.text for parameter in doc.parameters)],
        "concept": doc.concept,
        "architecture": doc.architecture,
        "shape": [f"{tensor.name} {tensor.text}" for tensor in tensors],
        "note": [*doc.notes, *doc.references, *(f"{entry.name} {entry.reason}" for entry in doc.alternatives)],
    }
    return {field: frozenset(_stem(word) for text in parts for word in _words(text)) for field, parts in texts.items()}


def _words(text: str) -> Iterator[str]:
    for part in re.findall(r"\w+", text):
        for word in snake_case(part).split("_"):
            if word and word not in _NOT_TOLD:
                yield word


def _stem(word: str) -> str:
    """Endings off, as far as three letters stay: "pooling", "pools" and "pooled" meet in "pool"."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > 3 and word[-1] in "ey" else word
