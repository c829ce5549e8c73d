"""Where a component and its original part: on the terminal, as JSON, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from refactor_tools.certificates.cases import load_cases
from refactor_tools.model.proofs import CaseValue, Named, TensorSpec

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from refactor_tools.model.divergences import Divergence, DivergingOperation, Statistics

_SIDES = ("original", "component")
_LABEL_WIDTH = 12
Row = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class DivergenceView:
    """A divergence on the terminal. Source lines stand side by side where both fit, else one under the other."""

    divergence: Divergence

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        divergence = self.divergence
        yield Text(_heading(divergence), style="bold")
        if divergence.original or divergence.component:
            yield Text(divergence.message)
        sites, rows = _sites(divergence), list(_statistics(divergence))
        beside = all(2 * len(text) + _LABEL_WIDTH + 4 <= options.max_width for row in sites for text in row[1:])
        if sites and not beside:
            yield Text("")
            yield _under_each_other(sites)
        if table := [*(sites if beside else []), *rows]:
            yield Text("")
            yield _table(table)
        if notes := list(_notes(divergence)):
            yield Text("")
            yield from map(Text, notes)


def divergence_document(divergence: Divergence | None) -> dict[str, object] | None:
    """The divergence as plain data; numbers that JSON does not have are texts."""
    return None if divergence is None else {key: _plain(value) for key, value in asdict(divergence).items()}


def divergence_markdown(divergence: Divergence) -> list[str]:
    """A divergence for a summary page: a sentence, a table of both sides, and what was found beside."""
    lines = [f"**{_in_cell(_heading(divergence))}**"]
    if divergence.original or divergence.component:
        lines += ["", _in_cell(divergence.message)]
    rows = [*((label, *map(_code, texts)) for label, *texts in _sites(divergence)), *_statistics(divergence)]
    if rows:
        lines += ["", f"| | {' | '.join(_SIDES)} |", "|---|---|---|"]
        lines += [f"| {' | '.join(map(_in_cell, row))} |" for row in rows]
    notes = list(_notes(divergence))
    return [*lines, *([""] if notes else []), *(f"- {_in_cell(note)}" for note in notes)]


def _heading(divergence: Divergence) -> str:
    if divergence.original or divergence.component:
        return f"The first difference, in {divergence.place}"
    where = f" ({divergence.place})" if divergence.place else ""
    return f"{divergence.check or 'The difference'}{where}: {divergence.message}"


def _sites(divergence: Divergence) -> list[Row]:
    """The source lines, where there are any."""
    ours, theirs = map(_place, (divergence.original, divergence.component))
    return [("at", ours[0], theirs[0]), ("line", ours[1], theirs[1])] if any((*ours, *theirs)) else []


def _place(operation: DivergingOperation | None) -> tuple[str, str]:
    """ "file:line" and the text of the line."""
    if operation is None or not operation.line:
        return "", ""
    place, _, text = operation.line.partition(": ")
    return f"{place} (backward)" if operation.backward else place, text


def _statistics(divergence: Divergence) -> Iterator[Row]:
    ours, theirs = divergence.original, divergence.component
    if ours or theirs:
        yield "operation", ours.name if ours else "-", theirs.name if theirs else "-"
    left, right = ours.result if ours else None, theirs.result if theirs else None
    if left is None and right is None:
        return
    for label, first, second in zip(_LABELS, _numbers(left), _numbers(right), strict=True):
        if (first, second) != ("0", "0"):
            yield label, first, second
    if distance := divergence.distance:
        if distance.absolute is not None:
            yield "apart by", _number(distance.absolute), ""
        if distance.relative is not None:
            yield "relative", _number(distance.relative), ""


_LABELS = ("shape", "dtype", "min", "max", "mean", "std", "NaN", "Inf")


def _numbers(statistics: Statistics | None) -> tuple[str, ...]:
    if statistics is None:
        return ("-",) * len(_LABELS)
    spread = (statistics.minimum, statistics.maximum, statistics.mean, statistics.deviation)
    counts = (str(statistics.nans), str(statistics.infinities))
    return str(statistics.shape), statistics.dtype, *("-" if n is None else _number(n) for n in spread), *counts


def _notes(divergence: Divergence) -> Iterator[str]:
    if divergence.roles:
        yield f"Roles: {divergence.roles}."
    if divergence.bisection:
        yield f"Bisection: {divergence.bisection}."
    if divergence.case:
        yield f"It remains {', '.join(_smallest(divergence))}."
    if divergence.reproduction:
        yield f"Reproduction: pytest {divergence.reproduction}"
    elif divergence.unreproduced:
        yield f"Reproduction: none, {divergence.unreproduced}."


def _smallest(divergence: Divergence) -> Iterator[str]:
    """The shrunken case in words."""
    (case,) = load_cases(divergence.case, "").values()
    (construction,) = case.constructions
    if divergence.shrunken_mode:
        yield f"in {divergence.shrunken_mode} mode"
    if construction.arguments:
        yield f"constructed with {_values(construction.arguments, construction.dims)}"
    for call in construction.calls:
        edge = f" ({divergence.shrunken_call})" if divergence.shrunken_call not in (call.note, "call 0") else ""
        yield f"called with {_values(call.arguments, construction.dims) or 'nothing'}{edge}"


def _values(values: Mapping[str, CaseValue], dims: Mapping[str, int]) -> str:
    return " and ".join(f"{name} {_value(value, dims)}" for name, value in values.items())


def _value(value: CaseValue, dims: Mapping[str, int]) -> str:
    if isinstance(value, TensorSpec):
        return str(tuple(dims[size] if isinstance(size, str) else size for size in value.shape))
    return str(value.name if isinstance(value, Named) else value)


def _table(rows: Sequence[Row]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for title in ("", *_SIDES):
        table.add_column(title, header_style="bold", overflow="fold", min_width=_LABEL_WIDTH - 2 if not title else None)
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _under_each_other(sites: Sequence[Row]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for side, *texts in zip(_SIDES, *(row[1:] for row in sites), strict=True):
        for number, text in enumerate(texts):
            table.add_row(side if number == 0 else "", Text(text))
    return table


def _number(value: float) -> str:
    return f"{value:.4g}"


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    if isinstance(value, float) and value - value != 0:
        return repr(value)
    return value


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _in_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
