"""Copies side by side, line by line, with the parameters that stand for what differs."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from keyword import iskeyword

from refactor_tools.api.extraction.lines import SourceLine, lines_by_method
from refactor_tools.clones.alignment import align
from refactor_tools.model.explanations import ComparedLine, ComparedMethod, Variant
from refactor_tools.unify.members import Member
from refactor_tools.unify.plan import Candidate
from refactor_tools.unify.syntax import code

_LEAST = 0.45
# What a parameter that decides whether something is there may be.
_SWITCHED = frozenset({"None", "False", "True"})
# Modules are no locals.
_ROOTS = frozenset({"F", "einops", "math", "nn", "np", "self", "torch"})
_NAME = re.compile(r"(?<![\w.])(self\.)?([A-Za-z_]\w*)")
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")

# Each copy's line, by the copy's place, of those that have one; and a parameter's value for each copy.
_Column = dict[int, SourceLine]
_Values = Sequence[tuple[str, Mapping[int, str]]]


def compared(members: Sequence[Member], candidate: Candidate | None) -> tuple[ComparedMethod, ...]:
    """The members' methods, line by line, the first member's first. `candidate` says what became a parameter."""
    own = [lines_by_method(code(member.written)) for member in members]
    values = _values(members, candidate) if candidate is not None else ()
    return tuple(
        ComparedMethod(name, tuple(_line(column, len(own), values) for column in _columns(own, name)))
        for name in dict.fromkeys(name for lines in own for name in lines)
    )


def _values(members: Sequence[Member], candidate: Candidate) -> _Values:
    """What differs between the copies of every parameter, in one spelling."""
    places = {member.id: place for place, member in enumerate(members)}
    found = []
    for parameter in candidate.parameters:
        given = zip(candidate.members, parameter.values, strict=False)
        by_copy = {places[member.id]: _spelt(value or parameter.default or "") for member, value in given}
        if len(set(by_copy.values())) > 1:
            found.append((parameter.name, by_copy))
    return found


def _spelt(text: str) -> str:
    try:
        return ast.unparse(ast.parse(text, mode="eval"))
    except SyntaxError:
        return text


def _columns(own: Sequence[Mapping[str, tuple[SourceLine, ...]]], name: str) -> list[_Column]:
    """The lines of all copies, aligned one copy after another with what stands there already."""
    columns: list[_Column] = []
    for copy, methods in enumerate(own):
        lines = methods.get(name, ())
        found: list[_Column] = []
        for i, j in align(columns, lines, _likeness, _LEAST):
            column = columns[i] if i is not None else {}
            found.append(column if j is None else {**column, copy: lines[j]})
        columns = found
    return columns


def _likeness(column: _Column, line: SourceLine) -> float:
    return max(_alike(text, line.text) for text in {other.text for other in column.values()})


@lru_cache(maxsize=1 << 16)
def _alike(left: str, right: str) -> float:
    """Dice coefficient over neighbouring tokens, half of it with names and numbers blanked; equal lines win."""
    if left == right:
        return 1.01
    return (_dice(_tokens(left), _tokens(right)) + _dice(_blind(left), _blind(right))) / 2


def _dice(left: Sequence[str], right: Sequence[str]) -> float:
    a, b = Counter(pairwise(["^", *left, "$"])), Counter(pairwise(["^", *right, "$"]))
    return 2 * sum((a & b).values()) / (sum(a.values()) + sum(b.values()))


def _tokens(text: str) -> list[str]:
    return [token for token in _TOKEN.findall(text) if not token.isspace()]


def _blind(text: str) -> list[str]:
    return ["name" if token[0].isidentifier() else "0" if token[0].isdigit() else token for token in _tokens(text)]


def _shape(text: str) -> str:
    """The text with names of locals and of members of self blanked; what is called or read of them stays."""
    return _NAME.sub(_blanked, text)


def _blanked(match: re.Match[str]) -> str:
    own, name, after = match[1] or "", match[2], match.string[match.end() :]
    kept = not own and (iskeyword(name) or name in _ROOTS or after.startswith("(") or re.match("=[^=]", after))
    return match[0] if kept else f"{own}_"


def _line(column: _Column, copies: int, values: _Values) -> ComparedLine:
    texts: dict[str, list[int]] = {}
    for copy, line in sorted(column.items()):
        texts.setdefault(line.text, []).append(copy)
    return ComparedLine(
        depth=next(iter(column.values())).depth,
        variants=tuple(Variant(text, tuple(found), _marked(text, texts)) for text, found in texts.items()),
        missing=tuple(copy for copy in range(copies) if copy not in column),
        parameters=tuple(name for name, by_copy in values if _stands_for(by_copy, column)),
        names_only=len(texts) > 1 and len({_shape(text) for text in texts}) == 1,
    )


def _stands_for(values: Mapping[int, str], column: _Column) -> bool:
    """Whether a parameter's values are what the copies have in this line, or go with whether they have it."""
    present = {copy: value for copy, value in values.items() if copy in column}
    absent = {value for copy, value in values.items() if copy not in column and value in _SWITCHED}
    if len({line.text for line in column.values()}) > 1:
        return len(set(present.values())) > 1 and all(_holds(column[copy].text, present[copy]) for copy in present)
    return bool(absent) and bool(present) and not absent & set(present.values())


def _holds(text: str, value: str) -> bool:
    return bool(value) and re.search(rf"(?<![\w.]){re.escape(value)}(?!\w)", text) is not None


def _marked(text: str, texts: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """The parts of `text` that any of the others has otherwise."""
    tokens = _TOKEN.findall(text)
    starts = [0]
    for token in tokens:
        starts.append(starts[-1] + len(token))
    changed: set[int] = set()
    for other in texts:
        matcher = SequenceMatcher(None, tokens, _TOKEN.findall(other), autojunk=False)
        for kind, first, last, _, _ in matcher.get_opcodes():
            if kind != "equal":
                changed.update(range(first, last))
    return _spans(sorted(changed), starts)


def _spans(indexes: Sequence[int], starts: Sequence[int]) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    for index in indexes:
        if spans and spans[-1][1] == starts[index]:
            spans[-1] = (spans[-1][0], starts[index + 1])
        else:
            spans.append((starts[index], starts[index + 1]))
    return tuple(spans)
