"""`show-settings`: what holds for a tree, defaults included."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refactor_tools.cli.common import CLEAN, CONTEXT, deliver, output_options, settings_for, tree_options

if TYPE_CHECKING:
    from refactor_tools.settings import Settings

_EXAMPLES = """

\b
Examples:
  refactor-tools show-settings
  refactor-tools show-settings --root legacy/ --output-format json
"""


@click.command("show-settings", context_settings=CONTEXT, epilog=_EXAMPLES)
@output_options("text", "json")
@tree_options
def show_settings(
    output_format: str, output: Path | None, root: Path | None, quiet: bool, verbose: bool, color: str
) -> int:
    """Print the settings that hold for the tree, as a table to paste into pyproject.toml.

    What stands at its default is marked. Exit code 2: a setting is unknown or cannot be used.
    """
    settings = settings_for(root)
    deliver(_json(settings) if output_format == "json" else _toml(settings), output)
    return CLEAN


def _toml(settings: Settings) -> str:
    lines = [f"# root: {settings.root}", "[tool.refactor-tools]"]
    defaults = asdict(type(settings)(settings.root))
    for name, value in asdict(settings).items():
        if name != "root":
            mark = "  # default" if value == defaults[name] else ""
            lines.append(f"{name.replace('_', '-')} = {_value(value)}{mark}")
    return "\n".join(lines)


def _value(value: object) -> str:
    """A value in TOML; strings of JSON are strings of TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _json(settings: Settings) -> str:
    values = {field.name.replace("_", "-"): getattr(settings, field.name) for field in fields(settings)}
    values |= {"root": str(settings.root), "keep-apart": [asdict(entry) for entry in settings.keep_apart]}
    return json.dumps({"schema": 1, "settings": values, "outcomes": []}, indent=2)
