"""What outside of a class depends on the members that it is about to give to a component."""

import ast
import re
from collections.abc import Sequence

from refactor_tools.model.analysis import Analysis
from refactor_tools.model.facts import Source
from refactor_tools.scan.discover import discover, relative_path
from refactor_tools.scan.read import read_source
from refactor_tools.settings import Settings
from refactor_tools.unify.inlined_uses import other_use


def reason_to_stay(holder: str, analysis: Analysis) -> str:
    """Why the class cannot change its members whatever they are: others of the tree share them; "" where none do."""
    definitions = {item.id: item for item in analysis.scan.definitions}
    definition = definitions.get(holder)
    if definition is None or definition.kind != "class" or "@" in holder or "." in holder.partition("::")[2]:
        return "it is no class of its file's top level"
    classes = {item.name for item in definitions.values() if item.kind == "class" and item.id != holder}
    for base in definition.bases:
        if base.rpartition(".")[2] in classes and base.rpartition(".")[2] != "Module":
            return f"it inherits from {base}, which may read its members"
    for item in definitions.values():
        if item.id != holder and definition.name in {base.rpartition(".")[2] for base in item.bases}:
            return f"{item.id} inherits from it, and may read its members"
    return ""


def used_outside(settings: Settings, holder: str, members: Sequence[str]) -> str:
    """Where a file that names the class reads or names one of the members, in words; "" where none does."""
    path, _, name = holder.partition("::")
    names, library = frozenset(members), f"{settings.library.strip('/')}/"
    word = re.compile(rf"\b{re.escape(name)}\b")
    for file in discover(settings.root, [settings.root], settings).files:
        place = relative_path(settings.root, file)
        source = read_source(settings.root, place)
        if place.startswith(library) or not isinstance(source, Source):
            continue
        if (place == path or word.search(source.text)) and any(member in source.text for member in members):
            tree = ast.parse(source.text)
            if use := other_use(tree, names, _besides(tree, name if place == path else ""), own=False):
                return f"`{use[0]}` is used outside of the class ({place}:{use[1]})"
    return ""


def _besides(tree: ast.Module, name: str) -> list[ast.AST]:
    """The class `name` itself, and the tables of old keys that shims and other such classes have."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    tables = (item for node in classes for item in node.body if isinstance(item, ast.Assign))
    return [
        *(node for node in classes if node.name == name),
        *(item for item in tables if ast.unparse(item.targets[0]) == "_old_names"),
    ]
