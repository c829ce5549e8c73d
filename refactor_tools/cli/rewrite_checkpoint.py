"""`rewrite-checkpoint FILE --to legacy|component`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from refactor_tools.cli.common import CLEAN, CONTEXT, deliver, settings_for, tree_options
from refactor_tools.errors import RefactorError

EPILOG = """\b
Examples:
  refactor-tools rewrite-checkpoint old.pt --to component -o new.pt
  refactor-tools rewrite-checkpoint new.pt --to legacy --dry-run
  refactor-tools rewrite-checkpoint model.pt --to-state-dict -o state.pt
  refactor-tools rewrite-checkpoint old.pt --to component --original legacy/a.py::Pool --prefix encoder.pool
"""


@click.command("rewrite-checkpoint", context_settings=CONTEXT, epilog=EPILOG)
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--to", type=click.Choice(["legacy", "component"]), help="Whose keys the new file has.")
@click.option("--to-state-dict", is_flag=True, help="Make a state dict of a model that was saved whole.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The new file. Default: beside FILE."
)
@click.option("--in-place", is_flag=True, help="Write FILE itself, in one step.")
@click.option("--component", metavar="NAME", default="", help="Look for this component only.")
@click.option("--original", metavar="ID", default="", help="Look for this original only (PATH::Name).")
@click.option("--prefix", metavar="P", help="Where it stands in the model, where that cannot be found.")
@click.option(
    "--like",
    type=click.Path(path_type=Path),
    help="A checkpoint of the new model, whose order of parameters the optimizer is to follow.",
)
@click.option("--trust", is_flag=True, help="Load without restriction. Runs what the file says.")
@click.option("--dry-run", is_flag=True, help="Say what would be renamed, write nothing.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@tree_options
def rewrite_checkpoint(
    source: Path,
    to: Literal["legacy", "component"] | None,
    to_state_dict: bool,
    output: Path | None,
    in_place: bool,
    component: str,
    original: str,
    prefix: str | None,
    like: Path | None,
    trust: bool,
    dry_run: bool,
    output_format: str,
    root: Path | None,
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Convert the state-dict keys in FILE from originals to components, or back.

    Where a component stands in a model is found by its members; where several originals fit, the run stops and lists
    them. Tied weights, buffers, version numbers and optimizers are kept. FILE is never overwritten without --in-place.
    """
    from refactor_tools.api.rewrite_checkpoint import rewrite_checkpoint as rewrite
    from refactor_tools.model.checkpoints import RewriteRequest
    from refactor_tools.report.checkpoints import rewrite_json, rewrite_text

    if to is None and not to_state_dict:
        raise click.UsageError("say what to make of it: --to component, --to legacy or --to-state-dict")
    if in_place and output is not None:
        raise click.UsageError("--in-place and --output exclude each other")
    target = source if in_place else output or source.with_suffix(f".{to or 'state-dict'}{source.suffix}")
    if not in_place and target.exists() and not dry_run:
        raise RefactorError("exists already; name another file with -o, or use --in-place on the first", str(target))
    request = RewriteRequest(source, target, to, component, original, prefix, to_state_dict, trust, like)
    result = rewrite(settings_for(root), request, write=not dry_run)
    written = not dry_run and (to_state_dict or like is not None or any(state.renamed for state in result.states))
    if output_format == "json":
        deliver(rewrite_json(result, written=written), None)
    else:
        deliver(rewrite_text(result, written=written, verbose=verbose), None)
    return CLEAN
