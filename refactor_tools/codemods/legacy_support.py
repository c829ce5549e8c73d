"""The generated module that a library's shims share."""

import ast
from collections.abc import Callable, Iterable, Sequence

from refactor_tools.codemods.shims import WIDTH
from refactor_tools.model.components import KeyMap, OriginalRecord
from refactor_tools.model.strategies import injected
from refactor_tools.rendering import render

# Layers that are made of others, and of a class that nobody names.
_MADE_OF = {
    "MultiheadAttention": ("NonDynamicallyQuantizableLinear",),
    "TransformerEncoderLayer": ("MultiheadAttention", "Linear", "Dropout", "LayerNorm"),
    "TransformerDecoderLayer": ("MultiheadAttention", "Linear", "Dropout", "LayerNorm"),
    "TransformerEncoder": ("ModuleList",),
    "TransformerDecoder": ("ModuleList",),
    "Transformer": ("TransformerEncoder", "TransformerDecoder", "TransformerEncoderLayer", "TransformerDecoderLayer"),
}


def legacy_support(
    removal: str, category: str, keymaps: Sequence[KeyMap], module: Callable[[str], str], sources: Iterable[str]
) -> str:
    """The text of `_legacy.py`; `keymaps` are those of components and of classes that hold them.

    `module` names a legacy file as it is imported; `sources` are the texts of originals and of the files that they came
    from, whose layers old pickles name.
    """
    classes = {old: target for keymap in keymaps for old, target in _old_classes(keymap, module, injected(keymaps))}
    files = {module(_place(original)[0]) for keymap in keymaps for original in keymap.originals}
    return render(
        "components/legacy_support.py.j2",
        removal=removal,
        category=category,
        old_classes=[_row(old, *target) for old, target in sorted(classes.items())],
        legacy_files=sorted(files),
        torch_classes=torch_classes(sources),
        holders=any(keymap.holder for keymap in keymaps),
        strategies=bool(injected(keymaps)),
    )


def torch_classes(sources: Iterable[str]) -> list[str]:
    """The classes of torch.nn that the sources name, and what those are made of."""
    waiting = [name for source in sources for name in _named(source)]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _MADE_OF.get(name, ())
    return sorted(found)


def _row(old: str, package: str, name: str) -> str:
    """An entry of the table, as a formatter leaves it."""
    row = f'    "{old}": ("{package}", "{name}"),'
    if len(row) <= WIDTH:
        return row
    return f'    "{old}": (\n        "{package}",\n        "{name}",\n    ),'


def _named(source: str) -> Iterable[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr[:1].isupper():
            if ast.unparse(node.value) in ("nn", "torch.nn") and node.attr not in ("Module", "Parameter"):
                yield node.attr
        elif isinstance(node, ast.ImportFrom) and node.module == "torch.nn":
            yield from (alias.name for alias in node.names if alias.name[:1].isupper() and alias.name != "Module")


def _old_classes(
    keymap: KeyMap, module: Callable[[str], str], parts: frozenset[tuple[str, str]]
) -> Iterable[tuple[str, tuple[str, str]]]:
    """Old names of a component, each with the class that an object pickled under it becomes.

    A component that others are given (`parts`) has none; models that hold it are saved under its own.
    """
    for original in keymap.originals if keymap.kind == "class" else ():
        path, name = _place(original)
        if (original.id, keymap.component) in parts:
            yield f"{keymap.module}.{keymap.name}", (keymap.exported_from, keymap.name)
            continue
        # Without a shim the component itself takes an old object's attributes, where none of them changed.
        as_it_is = not (original.adapter.state or original.adapter.lacking)
        if original.form == "adapted":
            yield f"{module(path)}.{name}", (module(path), name)
        elif original.form == "alias" or as_it_is:
            yield f"{module(path)}.{name}", (keymap.exported_from, keymap.name)


def _place(original: OriginalRecord) -> tuple[str, str]:
    path, _, name = original.id.partition("::")
    return path, name.partition("@")[0]
