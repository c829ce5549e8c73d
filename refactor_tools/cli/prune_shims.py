"""`prune-shims`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from refactor_tools.cli.common import (
    CLEAN,
    CONTEXT,
    FINDINGS,
    deliver,
    output_options,
    settings_for,
    tree_options,
    write_options,
)

EPILOG = """\b
Examples:
  refactor-tools prune-shims --dry-run
  refactor-tools prune-shims --log shim-uses.tsv
  refactor-tools prune-shims --expired --check        (in CI: exit 1 when shims should be gone)
"""


@click.command("prune-shims", context_settings=CONTEXT, epilog=EPILOG)
@click.option("--expired", is_flag=True, help="Only once the project's version has reached the settings' remove-in.")
@click.option(
    "--log",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="What shims wrote to $REFACTOR_TOOLS_SHIM_LOG: names in it are in use.",
)
@write_options
@output_options("text", "json")
@tree_options
def prune_shims(
    expired: bool,
    log: Path | None,
    dry_run: bool,
    diff: bool,
    check: bool,
    allow_dirty: bool,
    output_format: str,
    output: Path | None,
    root: Path | None,
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Remove the shims that nothing in the tree uses any more, and list the users of the others.

    Imports, attributes, dotted strings, notebooks and configuration files count as uses, and whatever may be one. With
    --check, exit code 1 also says that a shim is still used although its version has come.
    """
    from refactor_tools.api.prune import plan_pruning, write
    from refactor_tools.report.shims import overdue_text, pruning_json, pruning_text

    settings = settings_for(root)
    pruning = plan_pruning(settings, expired_only=expired, log=log)
    if check:
        if pruning.overdue and not quiet:
            click.echo(overdue_text(pruning), err=True)
        return FINDINGS if pruning.changes.effective or pruning.overdue else CLEAN
    if diff:
        from refactor_tools.changes.preview import patch

        deliver(patch(pruning.changes), output)
        return CLEAN
    written = not dry_run
    if written and pruning.changes.effective:
        write(settings, pruning, command=shlex.join(["prune-shims", *sys.argv[1:]]), allow_dirty=allow_dirty)
    if output_format == "json":
        deliver(pruning_json(pruning, written=written), output)
    else:
        deliver(pruning_text(pruning, written=written, verbose=verbose), output)
    return CLEAN
