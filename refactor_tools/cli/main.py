"""`refactor-tools COMMAND` and `python -m refactor_tools COMMAND`; every command is imported when it is called."""

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from refactor_tools.cli.common import run

COMMANDS = {
    "analyze-deps": "refactor_tools.cli.analyze_deps:analyze_deps",
    "extract-component": "refactor_tools.cli.extract_component:extract_component",
    "migrate-imports": "refactor_tools.cli.migrate_imports:migrate_imports",
    "new-component": "refactor_tools.cli.new_component:new_component",
    "check-equivalence": "refactor_tools.cli.check_equivalence:check_equivalence",
    "component-index": "refactor_tools.cli.component_index:component_index",
    "split-module": "refactor_tools.cli.split_module:split_module",
    "archive-legacy": "refactor_tools.cli.archive_legacy:archive_legacy",
    "scan-checkpoint": "refactor_tools.cli.scan_checkpoint:scan_checkpoint",
    "rewrite-checkpoint": "refactor_tools.cli.rewrite_checkpoint:rewrite_checkpoint",
    "prune-shims": "refactor_tools.cli.prune_shims:prune_shims",
    "undo": "refactor_tools.cli.runs:undo",
    "recover": "refactor_tools.cli.runs:recover",
    "history": "refactor_tools.cli.runs:history",
    "show-settings": "refactor_tools.cli.show_settings:show_settings",
}


def load(name: str) -> click.Command:
    """The click command called `name`."""
    module, _, attribute = COMMANDS[name].partition(":")
    command = getattr(import_module(module), attribute)
    assert isinstance(command, click.Command)
    return command


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return load(cmd_name) if cmd_name in COMMANDS else None


@click.command(cls=LazyGroup, name="refactor-tools", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="refactor-tools", prog_name="refactor-tools")
def refactor_tools() -> None:
    """Find duplicated modules in legacy PyTorch code, make one component of each, and prove that nothing changed.

    Start with `analyze-deps PATH`.
    """


def main(argv: Sequence[str] | None = None) -> int:
    """Run `refactor-tools` with `argv` and return its exit code."""
    return run(refactor_tools, sys.argv[1:] if argv is None else argv)
