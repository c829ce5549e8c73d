"""The copies of one name side by side, and what was tried: on the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from refactor_tools.report.words import count

if TYPE_CHECKING:
    from rich.console import Console

    from refactor_tools.model.explanations import Attempt, ComparedLine, ComparedMethod, Explanation

_STEP = "    "
# Columns for the copies' numbers; longer lists of them have a line of their own.
_LABEL = 8
# Width of a line in Markdown.
_PAGE = 100
# So many lines that all copies share are shown around one that differs.
_AROUND = 2


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of some copies; `marked` is what of the text differs, `notes` what became of that."""

    label: str
    text: str
    marked: tuple[tuple[int, int], ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A line as it is printed."""

    text: str
    marked: tuple[tuple[int, int], ...] = ()


def print_explanation(console: Console, explanation: Explanation) -> None:
    """The copies by number, each method line by line with what differs, and the candidates that were tried.

    Where the console has no colours, what differs is underlined with carets.
    """
    from rich.text import Text

    carets = console.color_system is None
    console.print(Text.assemble("  ", (explanation.name, "bold"), f"  {_headline(explanation)}"))
    for number, identity in enumerate(explanation.copies, 1):
        console.print(f"    {number}  {identity}", soft_wrap=True, markup=False)
    for method in explanation.methods:
        if all(line.same for line in method.lines):
            continue
        console.print()
        console.print(Text(f"  {_title(method)}", style="bold"))
        for row in _rows(method, len(explanation.copies)):
            for line in _drawn(row, console.width, carets=carets):
                text = Text(line.text)
                for start, end in () if carets else line.marked:
                    text.stylize("yellow", start, end)
                console.print(text, soft_wrap=True)
    console.print()
    for sentence in _tried(explanation):
        for part in wrap(sentence, console.width - 2, subsequent_indent="     ", break_on_hyphens=False):
            console.print(f"  {part}", soft_wrap=True, markup=False)
    console.print()


def explanation_markdown(explanations: Sequence[Explanation]) -> str:
    """The same as a Markdown document."""
    from refactor_tools.rendering import render

    return render(
        "reports/copies.md.j2",
        explanations=[
            {
                "name": one.name,
                "headline": _headline(one),
                "copies": one.copies,
                "same": [_title(method) for method in one.methods if all(line.same for line in method.lines)],
                "methods": [(_title(method), _plain(method, len(one.copies))) for method in _differing(one)],
                "tried": [text.strip() for text in _tried(one)],
            }
            for one in explanations
        ],
    )


def _differing(explanation: Explanation) -> list[ComparedMethod]:
    return [method for method in explanation.methods if not all(line.same for line in method.lines)]


def _headline(explanation: Explanation) -> str:
    text = f"{count(len(explanation.copies), 'copy', 'copies')} compared"
    return f"{text}; refused: {explanation.reason}" if explanation.reason else text


def _title(method: ComparedMethod) -> str:
    return method.name or "(outside of methods)"


def _plain(method: ComparedMethod, copies: int) -> list[str]:
    return [line.text for row in _rows(method, copies) for line in _drawn(row, _PAGE, carets=True)]


def _rows(method: ComparedMethod, copies: int) -> Iterator[_Row]:
    """Every line that is shown."""
    shown = _shown(method.lines)
    for index, line in enumerate(method.lines):
        if index not in shown:
            if index - 1 in shown or index == 0:
                hidden = next((i for i in range(index, len(method.lines)) if i in shown), len(method.lines)) - index
                yield _Row("", f"... {count(hidden, 'line')} alike")
            continue
        yield from _of_line(line, copies)


def _shown(lines: Sequence[ComparedLine]) -> set[int]:
    """Indexes of lines that differ, and of a few around them."""
    differing = [index for index, line in enumerate(lines) if not line.same]
    return {near for index in differing for near in range(index - _AROUND, index + _AROUND + 1)}


def _of_line(line: ComparedLine, copies: int) -> Iterator[_Row]:
    indent = _STEP * line.depth
    notes = _notes(line, copies)
    for variant in line.variants:
        label = "" if line.same else numbers(variant.copies)
        shown = () if line.names_only else variant.marked
        marked = tuple((start + len(indent), end + len(indent)) for start, end in shown)
        yield _Row(label, indent + variant.text, marked, notes if variant is line.variants[-1] else "")


def _notes(line: ComparedLine, copies: int) -> str:
    if line.parameters:
        return f"-> {', '.join(line.parameters)}"
    if line.missing and len(line.missing) < copies and len(line.variants) == 1:
        return f"not in {numbers(line.missing)}"
    return "only names differ" if line.names_only else ""


def numbers(copies: Iterable[int]) -> str:
    """Places from 0 as numbers from 1, neighbours as ranges: "1, 3-5"."""
    runs: list[list[int]] = []
    for copy in sorted(copies):
        if runs and runs[-1][1] == copy:
            runs[-1][1] = copy + 1
        else:
            runs.append([copy + 1, copy + 1])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def _drawn(row: _Row, width: int, *, carets: bool) -> Iterator[_Drawn]:
    """A row on lines that fit, with carets below what differs."""
    label = row.label
    if len(label) > _LABEL - 2:
        yield _Drawn(f"  {label}")
        label = ""
    margin = 2 + _LABEL
    hanging = " " * (len(row.text) - len(row.text.lstrip()) + len(_STEP))
    end = ""
    for start, stop in _pieces(row.text, width - margin, len(hanging)):
        head = f"  {label:<{_LABEL}}" + (hanging if start else "")
        shift = len(head) - start
        marked = tuple((max(a, start) + shift, min(b, stop) + shift) for a, b in row.marked if a < stop and b > start)
        end = (head + row.text[start:stop]).rstrip()
        label = ""
        yield _Drawn(end, marked)
        if carets and marked:
            yield _Drawn(_underlined(marked))
    if row.notes:
        yield _Drawn(f"{' ' * margin}{hanging}{row.notes}")


def _underlined(marked: Sequence[tuple[int, int]]) -> str:
    line = [" "] * marked[-1][1]
    for start, end in marked:
        line[start:end] = "^" * (end - start)
    return "".join(line)


def _pieces(text: str, width: int, hanging: int) -> Iterator[tuple[int, int]]:
    """Where to break a text, at blanks where there are some; all pieces but the first are `hanging` further in."""
    start, room = 0, width
    while len(text) - start > room:
        blank = text.rfind(" ", start + room // 2, start + room)
        stop = blank + 1 if blank > 0 else start + room
        yield start, stop
        start, room = stop, max(width - hanging, width // 2)
    yield start, len(text)


def _tried(explanation: Explanation) -> Iterator[str]:
    """A sentence for every candidate, then who was left out."""
    places = {identity: place for place, identity in enumerate(explanation.copies)}
    for number, attempt in enumerate(explanation.attempts, 1):
        who = numbers(places[identity] for identity in attempt.members)
        yield f"candidate {number}, for {who}: {_result(attempt, places)}"
    for identity, reason in explanation.left_out:
        yield f"left out: {numbers([places[identity]])}: {reason}"


def _result(attempt: Attempt, places: dict[str, int]) -> str:
    if not attempt.verdict:
        return f"none: {attempt.reason}"
    made = attempt.verdict
    if attempt.parameters:
        made += f", with {count(len(attempt.parameters), 'parameter')} for differences: {', '.join(attempt.parameters)}"
    failed = [f"{places[identity] + 1} {verdict} ({reason})" for identity, verdict, reason in attempt.failed]
    return "; ".join([made, *failed])
