"""The one jinja2 environment. Templates stand inside an installed package, or beside it in the source tree."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from refactor_tools.errors import RefactorError

if TYPE_CHECKING:
    from jinja2 import Environment


def templates_folder() -> Path:
    """The folder of the templates.

    Raises:
        RefactorError: the installation lacks it.
    """
    package = Path(__file__).parent
    for folder in (package / "templates", package.parent / "templates"):
        if folder.is_dir():
            return folder
    raise RefactorError("the templates are missing; install refactor-tools again", str(package))


def render(template: str, **values: object) -> str:
    """The text of `template`, a path under the templates' folder. A value that it lacks is an error."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(templates_folder()),
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cell"] = _cell
    environment.filters["heading"] = _heading
    return environment


def _cell(text: str) -> str:
    """Text for a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def _heading(name: str) -> str:
    """ "vision_pooling" as "Vision pooling"."""
    return name.replace("_", " ").capitalize()
