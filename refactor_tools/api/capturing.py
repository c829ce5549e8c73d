"""Cases from a run of a person's own program: `check-equivalence --capture COMMAND`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refactor_tools.model.changes import ChangeSet, FileChange
    from refactor_tools.model.components import KeyMap
    from refactor_tools.model.proofs import Case, OriginalTask
    from refactor_tools.prove.capture import Captured, Target
    from refactor_tools.settings import Settings

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CaptureReport:
    """What came of the run: the case files to write, what to tell of each component, and how the command ended.

    `missing` names the originals of which no call was captured.
    """

    changes: ChangeSet
    found: tuple[str, ...]
    missing: tuple[str, ...]
    problems: tuple[str, ...]
    exit_code: int
    tail: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return self.exit_code == 0 and self.found != ()


def capture(
    settings: Settings, names: Sequence[str], command: str, folder: Path, say: Say | None = None
) -> CaptureReport:
    """Run `command` in `folder` and put the calls of the originals of `names` (all, where none is given) into cases.

    Nothing is written. `say` hears what the command prints.

    Raises:
        UnknownName: no component is called so; the message holds the nearest names.
        UnreadableRecord: a key map, a kept original or a case file is damaged.
    """
    from refactor_tools.api.tasks import choose, library_root, read_keymaps
    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.prove.capture import run_captured

    keymaps = choose(names, read_keymaps(settings.root))
    paths = dict.fromkeys((str(settings.root.resolve()), str(library_root(settings))))
    targets = [target for keymap in keymaps for target in _targets(settings, keymap)]
    captured = run_captured(command, targets, folder, tuple(paths), say)
    parts = [_component(settings, keymap, captured) for keymap in keymaps]
    changes = tuple(change for part in parts for change in part.changes)
    return CaptureReport(
        ChangeSet("captured cases", changes),
        tuple(text for part in parts for text in part.found),
        tuple(name for part in parts for name in part.missing),
        tuple(problem for part in parts for problem in part.problems),
        captured.exit_code,
        captured.tail,
    )


@dataclass(slots=True)
class _Part:
    """What was found for one component."""

    changes: list[FileChange]
    found: list[str]
    missing: list[str]
    problems: list[str]


def _targets(settings: Settings, keymap: KeyMap) -> Iterator[Target]:
    """The originals where their files stand, and the component, which an old name may hand out."""
    from refactor_tools.api.tasks import library_root
    from refactor_tools.prove.capture import Target

    for record in keymap.originals:
        path = record.id.partition("::")[0]
        yield Target(record.id, _real(settings.root / path), record.name, keymap.kind)
    file = library_root(settings).joinpath(*keymap.module.split(".")).with_suffix(".py")
    yield Target(keymap.component, _real(file), keymap.name, keymap.kind)


def _component(settings: Settings, keymap: KeyMap, captured: Captured) -> _Part:
    from refactor_tools.api.tasks import proof_task, read_cases
    from refactor_tools.certificates.store import case_path, dump_cases
    from refactor_tools.model.changes import FileChange
    from refactor_tools.prove.captured import merged

    known = read_cases(settings.root, keymap.name)
    cases, part = dict(known), _Part([], [], [], [])
    task = proof_task(settings, keymap, known)
    for original in task.originals:
        records = _records(keymap, original, captured)
        if not records:
            part.missing.append(original.id)
            continue
        found, problems = _settled(settings, keymap, original, records, task.sys_path)
        part.problems += [f"{original.id}: {problem}" for problem in problems]
        if found.constructions:
            calls = sum(len(construction.calls) for construction in found.constructions)
            part.found.append(f"{original.id}: {calls} calls in {len(found.constructions)} constructions")
            cases[original.id] = merged(known.get(original.id) or _searched(original, task.sys_path), found)
    if cases != known:
        path = case_path(keymap.name)
        file = settings.root / path
        before = file.read_bytes() if file.is_file() else None
        part.changes.append(FileChange(path, before, dump_cases(keymap.name, cases).encode()))
    return part


def _records(keymap: KeyMap, original: OriginalTask, captured: Captured) -> list[Mapping[str, Any]]:
    """The calls of one original, and those of the component that its old name stands for now, in its own names."""
    from refactor_tools.prove.captured import in_legacy_names

    own = list(captured.records.get(original.id, ()))
    component = captured.records.get(keymap.component, ())
    for record in component:
        legacy = in_legacy_names(record, original.adapter, alone=len(keymap.originals) == 1)
        if legacy is not None and legacy not in own:
            own.append(legacy)
    return own


def _settled(
    settings: Settings,
    keymap: KeyMap,
    original: OriginalTask,
    records: Sequence[Mapping[str, Any]],
    sys_path: Sequence[str],
) -> tuple[Case, tuple[str, ...]]:
    """The case of the records, as far as it runs on the kept original, and what was left out of it."""
    from dataclasses import replace

    from refactor_tools.model.proofs import Case
    from refactor_tools.prove.captured import Reading, case_of
    from refactor_tools.prove.children import Limits, call

    file = _real(settings.root / original.id.partition("::")[0])
    case, problems = case_of(records, Reading(file, original.source, keymap.kind == "class"))
    task = replace(original, case=case)
    answer = call("refactor_tools.prove.captured_child:settle", task, Limits(), sys_path=sys_path)
    if answer.failure is not None:
        return Case(), (*problems, f"the kept original could not be tried: {answer.failure}")
    if not isinstance(answer.value, tuple):
        raise TypeError(f"the child answered {answer.value!r}")
    settled, dropped = answer.value
    return settled, (*problems, *dropped)


def _searched(original: OriginalTask, sys_path: Sequence[str]) -> Case | None:
    """What is found without a run, which the run adds to; None where that is a question."""
    from refactor_tools.prove.synthesis import find_case

    case = original.case or find_case(original, sys_path=sys_path)
    return None if case.question else case


def _real(path: Path) -> str:
    return str(path.resolve())
