"""`check-equivalence A B` as a function: two alternatives, or two versions of one thing, on one case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from refactor_tools.errors import RefactorError

if TYPE_CHECKING:
    from refactor_tools.model.comparisons import Comparison, Definition
    from refactor_tools.model.components import KeyMap
    from refactor_tools.model.proofs import OriginalTask
    from refactor_tools.settings import Settings


def names_definition(text: str) -> bool:
    """Whether `text` is a definition and no component's name: `PATH::NAME`, and either with `@REV`."""
    return "::" in text or "@" in text


def compare(settings: Settings, old: str, new: str, progress: Callable[[str], None] | None = None) -> Comparison:
    """`new` as a stand-in for `old`. Each is a component, or `PATH::NAME` with a path relative to the root; with
    `@REV` as it was in that revision.

    The case is that of the component `old`, in its terms; where it has none, inputs are looked for.

    Raises:
        UnknownName: no component is called so.
        RefactorError: a file, a definition or a revision is not there.
    """
    from refactor_tools.api.tasks import read_keymaps
    from refactor_tools.prove.alternatives import Alternatives, compare_alternatives

    keymaps = {keymap.name: keymap for keymap in read_keymaps(settings.root)}
    with ExitStack() as stack:
        first, second = (_definition(settings, text, keymaps, stack) for text in (old, new))
        asked = Alternatives(first, second, driver=_driver(settings, old, keymaps))
        return compare_alternatives(asked, progress=progress or (lambda _: None))


def _definition(settings: Settings, text: str, keymaps: Mapping[str, KeyMap], stack: ExitStack) -> Definition:
    what, sign, revision = text.partition("@")
    if sign:
        from refactor_tools.scan.revision import tree_at

        settings = replace(settings, root=stack.enter_context(tree_at(settings.root, revision)).folder)
    return _by_path(settings, what, text) if "::" in what else _component(settings, what, text, keymaps)


def _by_path(settings: Settings, what: str, label: str) -> Definition:
    from refactor_tools.api.tasks import library_root
    from refactor_tools.model.comparisons import Definition
    from refactor_tools.scan.modules import place

    path, _, name = what.partition("::")
    path = Path(path).as_posix()
    file = settings.root / path
    _require(file, name, label)
    where = place(path, lambda folder: (settings.root / folder / "__init__.py").is_file())
    folders = dict.fromkeys((str((settings.root / where.source_root).resolve()), str(library_root(settings))))
    return Definition(label, where.module, name, tuple(folders), str(file))


def _component(settings: Settings, name: str, label: str, keymaps: Mapping[str, KeyMap]) -> Definition:
    from refactor_tools.api.tasks import choose, library_root
    from refactor_tools.model.comparisons import Definition

    (keymap,) = choose([name], list(keymaps.values()))
    folder = library_root(settings)
    stem = folder.joinpath(*keymap.module.split("."))
    file = stem / "__init__.py" if stem.is_dir() else stem.with_suffix(".py")
    _require(file, keymap.name, label)
    return Definition(label, keymap.module, keymap.name, (str(folder),), str(file))


def _require(file: Path, name: str, label: str) -> None:
    from refactor_tools.api.places import definition_line

    if not file.is_file():
        raise RefactorError(f"there is no file {file.name} for it", label)
    if not definition_line(file, name.partition(".")[0]):
        raise RefactorError(f"{file.name} defines no {name} at its top level", label)


def _driver(settings: Settings, old: str, keymaps: Mapping[str, KeyMap]) -> OriginalTask | None:
    """An original of the component `old` whose case can be run."""
    from refactor_tools.api.tasks import choose, proof_task, read_cases

    name = old.partition("@")[0]
    if "::" in name:
        return None
    (keymap,) = choose([name], list(keymaps.values()))
    task = proof_task(settings, keymap, read_cases(settings.root, keymap.name))
    ready = (original for original in task.originals if original.case and original.case.constructions)
    return next(ready, None)
