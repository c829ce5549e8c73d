"""Results as text, at most 80 columns wide."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

WIDTH = 80


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is text and whose others are figures; a first column may wrap, figures do not."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    shown.add_column(title)
    for column in columns:
        shown.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        shown.add_row(*row)
    console = Console(width=WIDTH, color_system=None, highlight=False, markup=False, emoji=False)
    with console.capture() as captured:
        console.print(shown)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def count(number: int) -> str:
    return f"{number:,}"


def share(value: float) -> str:
    """Three decimals, rounded down: 0.9996 is not 1.000."""
    return f"{int(value * 1000) / 1000:.3f}"
