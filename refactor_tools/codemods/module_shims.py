"""What stands in a module's or package's old place: it hands out everything of the new one, and warns."""

import re

from refactor_tools.codemods.relocation import Relocation
from refactor_tools.rendering import render

_RUNS = re.compile(r"""^if[ \t(]+__name__[ \t]*==[ \t]*["']__main__""", re.MULTILINE)


def module_shim(relocation: Relocation, text: str, *, remove_in: str, category: str) -> str:
    """The text of the shim; `text` is what the module, or the package's `__init__.py`, held."""
    return render(
        "shims/module.py.j2",
        old=relocation.old,
        new=relocation.new,
        package=relocation.root.folder is not None,
        runs=_RUNS.search(text) is not None,
        remove_in=remove_in,
        category=category,
    )
