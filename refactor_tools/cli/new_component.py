"""`new-component`: scaffolds a component with its test, its case and its index entry."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from refactor_tools.api.scaffold import Scaffolded

_EXAMPLES = """

\b
Examples:
  new-component --category fusion
  new-component gated_join --category fusion --template gate_fusion
  new-component --list-templates
"""


@click.command("new-component", context_settings=CONTEXT, epilog=_EXAMPLES)
@click.argument("positional", metavar="[NAME]", required=False)
@click.option("--category", help="The folder of the library that it goes to: attention, fusion, pooling ...")
@click.option("--name", "option", help="The same as NAME, in snake or Pascal case.")
@click.option("--template", help="What to start from. Default: the category's first template.")
@click.option("--framework", type=click.Choice(["torch"]), default="torch", show_default=True, help="Of the component.")
@click.option("--list-templates", is_flag=True, help="List the templates (of --category) and stop.")
@write_options
@output_options("text", "json")
@tree_options
def new_component(
    positional: str | None,
    option: str | None,
    category: str | None,
    template: str | None,
    framework: str,
    list_templates: bool,
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
    """Write a new component that works: its file, its test, its case for the gate and its entry in the index.

    Without NAME it takes the template's own, with a number where that is taken. Nothing that exists is overwritten.
    """
    from refactor_tools.api import scaffold

    if list_templates:
        deliver(_templates(category, output_format), output)
        return CLEAN
    name, category = _asked(positional, option, category)
    settings = settings_for(root)
    made = scaffold.new_component(settings, category, name, template)
    if check:
        return FINDINGS if made.changes.effective else CLEAN
    if diff:
        from refactor_tools.changes.preview import patch

        deliver(patch(made.changes), output)
        return CLEAN
    if not dry_run:
        from refactor_tools.changes.dirty import require_clean
        from refactor_tools.changes.transaction import apply

        require_clean(settings.root, [change.path for change in made.changes.effective], allow_dirty)
        apply(settings.root, made.changes, shlex.join(["new-component", made.name, "--category", category]))
    deliver(_json(made, dry_run) if output_format == "json" else _text(made, dry_run), output)
    return CLEAN


def _asked(positional: str | None, option: str | None, category: str | None) -> tuple[str | None, str]:
    """Name and category, asked for on a terminal only."""
    from refactor_tools.api import scaffold

    if positional and option and positional != option:
        raise click.UsageError(f"two names: {positional} and --name {option}; give one")
    name = positional or option
    known = list(dict.fromkeys(folder for folder, _ in scaffold.templates()))
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if category is None:
        if not terminal:
            raise click.UsageError(f"--category is missing; known: {', '.join(known)}")
        category = click.prompt("Category", type=click.Choice(known), err=True)
    if name is None and terminal:
        name = click.prompt("Name (empty: the template's)", default="", show_default=False, err=True) or None
    assert category is not None
    return name, category


def _text(made: Scaffolded, dry_run: bool) -> str:
    component, test, case = made.paths
    chosen = "" if made.named else f"; no NAME was given: called after its template, {made.template}"
    index = sum(change.path.startswith("component_index/") for change in made.changes.effective) - 1
    lines = [
        f"{made.name} ({made.category}{chosen})",
        f"  component  {component}",
        f"  test       {test}",
        f"  case       {case}",
        f"  index      {index} files of component_index/",
        f"  import     from {made.package} import {made.name}",
    ]
    if dry_run:
        return "\n".join([*lines, "Nothing was written. Next: the same without --dry-run"])
    return "\n".join([*lines, f"Next: python -m pytest {test}   (undo: refactor-tools undo)"])


def _json(made: Scaffolded, dry_run: bool) -> str:
    document = {
        "schema": 1,
        "outcomes": [{"name": made.name, "outcome": "planned" if dry_run else "written", "reason": ""}],
        "category": made.category,
        "template": made.template,
        "files": [change.path for change in made.changes.effective],
    }
    return json.dumps(document, indent=2)


def _templates(category: str | None, output_format: str) -> str:
    from refactor_tools.api import scaffold

    found = scaffold.templates(category)
    if output_format == "json":
        rows = [{"category": c, "template": t.name, "mechanism": t.mechanism} for c, t in found]
        return json.dumps({"schema": 1, "templates": rows}, indent=2)
    lines = [f"{'category':13}{'template':24}mechanism"]
    lines += [f"{folder:13}{template.name:24}{template.mechanism}" for folder, template in found]
    return "\n".join([*lines, "", "Next: new-component NAME --category CATEGORY --template TEMPLATE"])
