"""Limits that a run must keep, given on the command line: `--require 'classes>=0.99'`."""

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure by name and the least, or the most, that it may be."""

    name: str
    at_least: bool
    value: float

    def __str__(self) -> str:
        return f"{self.name} {'>=' if self.at_least else '<='} {self.value:g}"

    def kept(self, figure: float) -> bool:
        return figure >= self.value if self.at_least else figure <= self.value


def limit(text: str) -> Limit:
    """A limit as it is written on the command line."""
    match = re.fullmatch(r"\s*(.+?)\s*(>=|<=)\s*([-+.\deE]+)\s*", text)
    try:
        if match is not None:
            return Limit(match[1], match[2] == ">=", float(match[3]))
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a limit; write NAME>=VALUE or NAME<=VALUE")


def add_require_option(parser: argparse.ArgumentParser, names: str) -> None:
    parser.add_argument(
        "--require",
        type=limit,
        action="append",
        default=[],
        metavar="LIMIT",
        help=f"NAME>=VALUE or NAME<=VALUE: exit 1 if it is missed; repeatable; names: {names}",
    )


def missed(limits: Sequence[Limit], figures: Mapping[str, float]) -> list[str]:
    """A line for every limit that is not kept; one whose figure was not measured is not."""
    lines = []
    for one in limits:
        figure = figures.get(one.name)
        if figure is None:
            lines.append(f"not measured: {one} (measured: {', '.join(figures)})")
        elif not one.kept(figure):
            lines.append(f"missed: {one}, measured {figure:.4g}")
    return lines
