"""What `analyze-deps` can be asked for beside the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from refactor_tools.model.known import FINDING_KINDS, FindingKind

F = TypeVar("F", bound=Callable[..., Any])

_FILE = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Asked:
    """The options below, as one value. `proposals` is the number of near families to compare, None for all, "" where
    nothing was said."""

    fail_on: tuple[FindingKind, ...]
    since: str | None
    baseline: Path | None
    map: Path | None
    force: bool
    proposals: int | str | None
    jobs: int
    scheduler: str | None
    no_cache: bool


def analysis_options(function: F) -> F:
    """Adds the options; they arrive under the names of `Asked`."""
    for option in (
        click.option("--no-cache", is_flag=True, help="Read every file anew and keep nothing in .refactor-tools/."),
        click.option("--scheduler", metavar="ADDRESS", help="Read on the Dask cluster there, not in --jobs processes."),
        click.option("--jobs", type=click.IntRange(min=0), default=0, help="Processes; 0 (the default): one a core."),
        click.option(
            "--proposals",
            metavar="N|all",
            default="",
            callback=_number_or_all,
            help="Say of how many near families what they could become (default: the first 50; all with --map).",
        ),
        click.option("--force", is_flag=True, help="Let --map replace a map that was edited."),
        click.option("--map", type=_FILE, help="Write the proposed migration map (YAML) there, for a team to review."),
        click.option("--baseline", type=_FILE, help="Accept what stands in this file; without it, write it first."),
        click.option("--since", metavar="REV", help="Report what is new since that git revision."),
        click.option(
            "--fail-on",
            metavar="KIND,...",
            default="",
            callback=_kinds,
            help=f"Exit 1 if any is found (is new, with --since or --baseline): {', '.join(FINDING_KINDS)}.",
        ),
    ):
        function = option(function)
    return function


def _kinds(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, ...]:
    kinds = tuple(kind.strip() for kind in value.split(",") if kind.strip())
    unknown = [kind for kind in kinds if kind not in FINDING_KINDS]
    if unknown:
        message = f"{unknown[0]!r} is not one of {', '.join(FINDING_KINDS)}"
        raise click.BadParameter(message, context, parameter)
    return kinds


def _number_or_all(context: click.Context, parameter: click.Parameter, value: str) -> int | str | None:
    if value == "all":
        return None
    if not value or value.isdecimal():
        return int(value) if value else ""
    raise click.BadParameter(f"{value!r} is neither a number nor `all`", context, parameter)
