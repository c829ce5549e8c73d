"""Several components in one file of the library: each has the template in a docstring of its own, and the module's
says what the file holds.
"""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from refactor_tools.api.extraction.plans import Plan
from refactor_tools.api.extraction.scratch import Scratch
from refactor_tools.api.tasks import read_keymaps
from refactor_tools.catalogue.docstrings import (
    contents_docstring,
    follows_template,
    parse_docstring,
    template_docstring,
)
from refactor_tools.codemods.shared_file import Clash, joined, with_docstrings

_Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def beside_others(scratch: Scratch, plan: Plan) -> str | None:
    """The text of the file that the component is to stand in, where it is that of other components."""
    text = scratch.read(plan.path)
    homes = [keymap.name for keymap in read_keymaps(scratch.root) if keymap.module == plan.module]
    return text if text is not None and homes and plan.name not in _definitions(text) else None


def joined_file(standing: str, added: str, plan: Plan) -> str | Clash:
    """The file of other components with one more, whose text is that of a file of its own."""
    together = joined(_as_shared(standing), _as_shared(added), plan.module)
    if isinstance(together, Clash):
        return together
    docs = {name: parse_docstring(text) for name, text in _templates(together)}
    contents = {name: doc.summary for name, doc in docs.items() if doc.summary}
    title = PurePosixPath(plan.path).stem.replace("_", " ").capitalize()
    return with_docstrings(together, contents_docstring(title, contents), {})


def _as_shared(text: str) -> str:
    """A component's file with the template in the docstring of its definition; other files as they are."""
    tree = ast.parse(text)
    docstring = ast.get_docstring(tree) or ""
    if not follows_template(docstring):
        return text
    doc = parse_docstring(docstring)
    name = list(_definitions(text))[-1]
    return with_docstrings(text, contents_docstring(doc.title, {}), {name: template_docstring(doc, indent=4)})


def _definitions(text: str) -> dict[str, _Definition]:
    return {node.name: node for node in ast.parse(text).body if isinstance(node, _Definition)}


def _templates(text: str) -> Iterator[tuple[str, str]]:
    """The docstrings of the components in a file."""
    for name, node in _definitions(text).items():
        docstring = ast.get_docstring(node) or ""
        if follows_template(docstring):
            yield name, docstring
