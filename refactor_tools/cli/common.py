"""What all commands share: options, the tree they work on, output, exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from refactor_tools.errors import RefactorError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from refactor_tools.settings import Settings

CLEAN, FINDINGS, USAGE, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 130
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

F = TypeVar("F", bound=Callable[..., Any])


def run(command: click.Command, argv: Sequence[str]) -> int:
    """Run a command and turn whatever happens into an exit code."""
    try:
        result = command.main(args=list(argv), prog_name=command.name, standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return USAGE
    except RefactorError as error:
        click.echo(printable(f"error: {error}", sys.stderr.encoding), err=True)
        return USAGE
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except Exception:  # noqa: BLE001 - the last line of defence: a defect ends with its traceback and exit code 3
        traceback.print_exc()
        click.echo("internal error: this is a defect of refactor-tools; please report the lines above", err=True)
        return INTERNAL
    return result if isinstance(result, int) else CLEAN


def tree_options(function: F) -> F:
    """--root, --quiet, --verbose, --color: of every command."""
    for option in (
        click.option(
            "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour the output."
        ),
        click.option("-v", "--verbose", is_flag=True, help="Say more on stderr."),
        click.option("-q", "--quiet", is_flag=True, help="No progress and no hints on stderr."),
        click.option(
            "--root",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            help="The tree's root. Default: the nearest folder upwards with [tool.refactor-tools], else this one.",
        ),
    ):
        function = option(function)
    return function


def output_options(*formats: str) -> Callable[[F], F]:
    """--output-format and -o, for the formats a command has."""

    def add(function: F) -> F:
        function = click.option(
            "-o",
            "--output",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Write the data here, not to stdout.",
        )(function)
        return click.option(
            "--output-format",
            type=click.Choice(list(formats)),
            default=formats[0],
            show_default=True,
            help="How to print.",
        )(function)

    return add


def write_options(function: F) -> F:
    """--dry-run, --diff, --check, --allow-dirty: of every command that writes."""
    for option in (
        click.option("--allow-dirty", is_flag=True, help="Write even where git sees uncommitted changes."),
        click.option(
            "--check", is_flag=True, help="Print nothing and write nothing; exit 1 if something would change."
        ),
        click.option("--diff", is_flag=True, help="Print a patch for `git apply`; write nothing."),
        click.option("--dry-run", is_flag=True, help="Plan and prove, write nothing."),
    ):
        function = option(function)
    return function


def settings_for(root: Path | None) -> Settings:
    """The settings of `--root`, or of the tree that the current folder is in."""
    from refactor_tools.settings import find_root, load_settings

    return load_settings(root.resolve() if root else find_root(Path.cwd()))


def console(color: str, stderr: bool = False) -> Console:
    """A rich console that follows --color, NO_COLOR and the terminal's width (80 columns where there is none)."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 80
    return Console(
        file=stream,
        width=width,
        force_terminal=True if color == "always" else None,
        no_color=True if color == "never" else None,
        highlight=False,
        soft_wrap=False,
    )


def printable(text: str, encoding: str | None = None) -> str:
    r"""`text` as `encoding` (that of stdout) has it; what it lacks, such as a name that is no UTF-8, is escaped."""
    wanted = encoding or sys.stdout.encoding or "utf-8"
    return text.encode(wanted, "backslashreplace").decode(wanted)


def deliver_rendered(parts: Iterable[RenderableType], output: Path | None, color: str) -> None:
    """What rich prints to `-o FILE`, where there is no colour, else to stdout; no line ends in spaces."""
    target = console(color if output is None else "never")
    with target.capture() as captured:
        target.print(*parts)
    text = without_trailing(captured.get())
    if output is None:
        echo_coloured(text)
    else:
        deliver(text, output)


def without_trailing(text: str) -> str:
    """The lines without the spaces that fill them."""
    return "\n".join(line.rstrip() for line in text.splitlines())


def echo_coloured(text: str) -> None:
    """Text to stdout with the colour that is in it: --color has decided about that."""
    click.echo(printable(text), color=True)


def deliver(text: str, output: Path | None) -> None:
    """Data to `-o FILE`, else to stdout."""
    if output is None:
        click.echo(printable(text), nl=not text.endswith("\n"))
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(printable(text if text.endswith("\n") else text + "\n", "utf-8"), encoding="utf-8")
    except OSError as error:
        raise RefactorError(f"cannot be written: {error.strerror}", str(output)) from error
