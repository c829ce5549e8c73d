"""From the records of a component to what the gate is asked."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.model.components import KeyMap, OriginalRecord
    from refactor_tools.model.proofs import Case, ComponentProof, OriginalTask, ProofTask, ShimPlace
    from refactor_tools.scan.modules import ModulePlace
    from refactor_tools.settings import Settings


def read_keymaps(root: Path) -> tuple[KeyMap, ...]:
    """The key map of every component under the root's component index, by name.

    Raises:
        UnreadableRecord: one is damaged.
    """
    return tuple(keymap for keymap in read_proven(root) if not keymap.holder)


def read_holders(root: Path) -> tuple[KeyMap, ...]:
    """The record of every legacy class in which components took the place of what was written out.

    Raises:
        UnreadableRecord: one is damaged.
    """
    return tuple(keymap for keymap in read_proven(root) if keymap.holder)


def read_proven(root: Path) -> tuple[KeyMap, ...]:
    """Both, as the gate proves them.

    Raises:
        UnreadableRecord: one is damaged.
    """
    from refactor_tools.certificates.store import load_keymap
    from refactor_tools.settings import INDEX

    folder = root / INDEX / "keymaps"
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    return tuple(load_keymap(read_text(file), file.relative_to(root).as_posix()) for file in files)


def read_cases(root: Path, name: str) -> dict[str, Case]:
    """The cases of one component by the original's id; none where there is no case file.

    Raises:
        UnreadableRecord: the file is damaged.
    """
    from refactor_tools.certificates.store import case_path, load_cases

    path = case_path(name)
    return load_cases(read_text(root / path), path) if (root / path).is_file() else {}


def choose(names: Sequence[str], keymaps: Sequence[KeyMap]) -> list[KeyMap]:
    """The key maps of the components called `names` (bare or dotted), all of them where no name is given.

    Raises:
        UnknownName: no component is called so; the message holds the nearest names.
    """
    from refactor_tools.errors import UnknownName

    if not names:
        return list(keymaps)
    by_name = {name: keymap for keymap in keymaps for name in (keymap.component, keymap.name)}
    for name in names:
        if name not in by_name:
            near = get_close_matches(name, by_name, n=3, cutoff=0.4)
            hint = f"; the nearest are {', '.join(near)}" if near else "; `component-index` lists what there is"
            raise UnknownName(f"no component is called {name}{hint}")
    return list(dict.fromkeys(by_name[name] for name in names))


def library_root(settings: Settings) -> Path:
    """The folder that the library is imported from."""
    from refactor_tools.layout import library_place

    return (settings.root / library_place(settings)[0]).resolve()


def module_root(settings: Settings, keymap: KeyMap) -> Path:
    """The folder that the module of a key map is imported from."""
    if not keymap.holder:
        return library_root(settings)
    return (settings.root / _placed(settings.root, keymap.holder.partition("::")[0]).source_root).resolve()


def _placed(root: Path, path: str) -> ModulePlace:
    """Where a file of the tree is imported from."""
    from refactor_tools.scan.modules import place

    return place(path, lambda folder: (root / folder / "__init__.py").is_file())


def proof_task(settings: Settings, keymap: KeyMap, cases: Mapping[str, Case]) -> ProofTask:
    """What the gate needs: the component as importable, and each original with its kept source, adapter and case.

    Raises:
        UnreadableRecord: a kept original is missing, or is not what was kept.
    """
    from refactor_tools.model.proofs import ProofTask

    source_root = str(library_root(settings))
    originals = tuple(_original(settings, source_root, record, cases) for record in keymap.originals)
    beside = (folder for item in originals for folder in _imports_beside(settings.root, item.id, item.source))
    return ProofTask(
        component=keymap.component,
        module=keymap.module,
        name=keymap.definition,
        kind=keymap.kind,
        sys_path=tuple(dict.fromkeys((str(module_root(settings, keymap)), source_root, *beside))),
        originals=originals,
    )


def _imports_beside(root: Path, identity: str, source: str) -> Iterator[str]:
    """The folder from which a legacy file imports others of the tree, where its kept source still does."""
    folder = root / _placed(root, identity.partition("::")[0]).source_root
    imports = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom))
    for node in imports:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        tops = {name.partition(".")[0] for name in names} - {""}
        if any((folder / top).is_dir() or (folder / f"{top}.py").is_file() for top in tops):
            yield str(folder.resolve())


def prove_component(
    settings: Settings, keymap: KeyMap, cases: Mapping[str, Case], progress: Callable[[str], None] | None = None
) -> tuple[ProofTask, ComponentProof]:
    """Find the cases that are missing, then prove; the task that comes back has them."""
    from refactor_tools.prove.gate import prove
    from refactor_tools.prove.synthesis import find_cases

    def say(text: str) -> None:
        if progress is not None:
            progress(f"{keymap.name}: {text}")

    task = find_cases(proof_task(settings, keymap, cases), progress=say)
    return task, prove(task, progress=say)


def _original(settings: Settings, source_root: str, record: OriginalRecord, cases: Mapping[str, Case]) -> OriginalTask:
    from refactor_tools.model.proofs import OriginalTask

    return OriginalTask(
        id=record.id,
        name=record.name,
        source=kept_source(settings.root, record),
        adapter=record.adapter,
        case=cases.get(record.id),
        shim=shim_place(settings.root, source_root, record),
    )


def kept_source(root: Path, record: OriginalRecord) -> str:
    """The source of an original as it was when its component was made.

    Raises:
        UnreadableRecord: it is missing, or is not what was kept.
    """
    from refactor_tools.certificates.store import original_name, original_path
    from refactor_tools.errors import UnreadableRecord

    path = original_path(record.digest)
    if not (root / path).is_file():
        raise UnreadableRecord(f"the kept source of {record.id} is missing; restore it from version control", path)
    source = read_text(root / path)
    if original_name(source) != record.digest:
        raise UnreadableRecord(f"the kept source of {record.id} was edited; restore it from version control", path)
    return source


def shim_place(root: Path, source_root: str, record: OriginalRecord) -> ShimPlace | None:
    """Where the old name of an original is imported from, with the library at `source_root`; None where it is gone."""
    from refactor_tools.model.proofs import ShimPlace

    path, _, name = record.id.partition("::")
    if record.form == "none" or not (root / path).is_file():
        return None
    where = _placed(root, path)
    paths = dict.fromkeys((str((root / where.source_root).resolve()), source_root))
    return ShimPlace(tuple(paths), where.module, name.partition("@")[0])


def read_text(path: Path) -> str:
    """A record's text; bytes that are not UTF-8 come through and fail where the record is checked."""
    return path.read_bytes().decode("utf-8", errors="surrogateescape")
