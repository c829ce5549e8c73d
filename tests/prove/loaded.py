"""Both sides of a proof in this process, for what the children do with them."""

from textwrap import dedent

from refactor_tools.model.proofs import OriginalTask
from refactor_tools.prove.adapting import Callee, Subject
from refactor_tools.prove.loading import load_original, names_of


def subject_of(original: OriginalTask, component: str) -> Subject:
    """The original with a component of the same name from a text."""
    legacy, new = _load(original.source, original.name, original.id), _load(component, original.name, "component.py")
    return Subject("function" if original.name.islower() else "class", legacy, new, original.adapter, names_of(legacy))


def edited(source: str, old: str, new: str) -> str:
    assert old in source
    return source.replace(old, new)


def _load(source: str, name: str, label: str) -> Callee:
    found = load_original(dedent(source), name, label)
    assert callable(found)
    return found
