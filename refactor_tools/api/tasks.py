"""From the records of a component to what the gate is asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.model.components import KeyMap, OriginalRecord
    from refactor_tools.model.proofs import Case, ComponentProof, OriginalTask, ProofTask, ShimPlace
    from refactor_tools.settings import Settings


def read_keymaps(root: Path) -> tuple[KeyMap, ...]:
    """Every key map under the root's component index, by name.

    Raises:
        UnreadableRecord: one is damaged.
    """
    from refactor_tools.certificates.store import load_keymap
    from refactor_tools.settings import INDEX

    folder = root / INDEX / "keymaps"
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    return tuple(load_keymap(_text(file), file.relative_to(root).as_posix()) for file in files)


def read_cases(root: Path, name: str) -> dict[str, Case]:
    """The cases of one component by the original's id; none where there is no case file.

    Raises:
        UnreadableRecord: the file is damaged.
    """
    from refactor_tools.certificates.store import case_path, load_cases

    path = case_path(name)
    return load_cases(_text(root / path), path) if (root / path).is_file() else {}


def proof_task(settings: Settings, keymap: KeyMap, cases: Mapping[str, Case]) -> ProofTask:
    """What the gate needs: the component as importable, and each original with its kept source, adapter and case.

    Raises:
        UnreadableRecord: a kept original is missing.
    """
    from refactor_tools.layout import library_place
    from refactor_tools.model.proofs import ProofTask

    source_root = str((settings.root / library_place(settings)[0]).resolve())
    return ProofTask(
        component=keymap.component,
        module=keymap.module,
        name=keymap.name,
        kind=keymap.kind,
        sys_path=(source_root,),
        originals=tuple(_original(settings, source_root, record, cases) for record in keymap.originals),
    )


def prove_component(settings: Settings, keymap: KeyMap, cases: Mapping[str, Case]) -> tuple[ProofTask, ComponentProof]:
    """Find the cases that are missing, then prove."""
    from refactor_tools.prove.gate import prove
    from refactor_tools.prove.synthesis import find_cases

    task = find_cases(proof_task(settings, keymap, cases))
    return task, prove(task)


def _original(settings: Settings, source_root: str, record: OriginalRecord, cases: Mapping[str, Case]) -> OriginalTask:
    from refactor_tools.certificates.store import original_path
    from refactor_tools.errors import UnreadableRecord
    from refactor_tools.model.proofs import OriginalTask

    kept = settings.root / original_path(record.digest)
    if not kept.is_file():
        raise UnreadableRecord(f"the original of {record.id} is missing; restore it from version control", str(kept))
    return OriginalTask(
        id=record.id,
        name=record.name,
        source=_text(kept),
        adapter=record.adapter,
        case=cases.get(record.id),
        shim=_shim(settings.root, source_root, record),
    )


def _shim(root: Path, source_root: str, record: OriginalRecord) -> ShimPlace | None:
    from refactor_tools.model.proofs import ShimPlace
    from refactor_tools.scan.modules import place

    path, _, name = record.id.partition("::")
    if record.form == "none" or not (root / path).is_file():
        return None
    where = place(path, lambda folder: (root / folder / "__init__.py").is_file())
    paths = dict.fromkeys((str((root / where.source_root).resolve()), source_root))
    return ShimPlace(tuple(paths), where.module, name.partition("@")[0])


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="surrogateescape")
