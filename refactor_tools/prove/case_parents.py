"""Inputs of an original from a class that builds it: the parent is searched and run, and its child watched."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from refactor_tools.model.proofs import Case, Construction, OriginalTask, Parent
from refactor_tools.prove.adapting import call_with
from refactor_tools.prove.capture_hook import Recorder as CallRecorder
from refactor_tools.prove.captured import Reading, case_of
from refactor_tools.prove.captured_child import settle
from refactor_tools.prove.case_runs import Runner
from refactor_tools.prove.coverage import Recorder
from refactor_tools.prove.loading import load_original, names_of
from refactor_tools.prove.values import Maker

NOTE = "from {parent}"


class _Calls(CallRecorder):
    """Keeps the calls of one class in this process."""

    def __init__(self, original: OriginalTask, file: str) -> None:
        target = {"key": original.id, "file": file, "name": original.name, "kind": "class"}
        super().__init__([target], os.devnull)
        self.records: dict[str, dict[str, Any]] = {}

    def write(self, key: str, line: str) -> None:
        self.records.setdefault(line, json.loads(line))


def from_parents(original: OriginalTask, search: Callable[[OriginalTask], Case]) -> Case | None:
    """The case that the first parent gives which can be run and calls the original; None where none does."""
    for parent in original.parents:
        task = OriginalTask(f"{original.id} in {parent.name}", parent.name, parent.source, original.adapter)
        try:
            found = search(task)
            records = _records(original, task, found)
            case, _ = case_of(records, Reading("", original.source, is_class=True))
            settled, _ = settle(replace(original, case=case))
        except Exception:  # noqa: BLE001 - a parent that does not load is none to learn from
            continue
        if settled.constructions:
            return _noted(settled, parent)
    return None


def _records(original: OriginalTask, task: OriginalTask, case: Case) -> list[dict[str, Any]]:
    parent = load_original(task.source, task.name, task.id)
    names = names_of(parent)
    child = names.get(original.name)
    if not callable(parent) or not isinstance(child, type):
        return []
    calls = _Calls(original, os.path.realpath(str(getattr(sys.modules[child.__module__], "__file__", ""))))
    for construction in case.constructions:
        _run(parent, construction, names, calls)
    return list(calls.records.values())


def _run(parent: Callable[..., object], construction: Construction, names: Any, calls: _Calls) -> None:
    torch.manual_seed(0)
    made = Maker(construction.dims, torch.Generator(), names).arguments(construction.arguments)
    sys.setprofile(calls)
    try:
        module = call_with(parent, made)
        if isinstance(module, nn.Module):
            runner = Runner(module, construction.dims, Recorder(), names)
            for call in construction.calls:
                runner.run(call.arguments)
    finally:
        sys.setprofile(None)


def _noted(case: Case, parent: Parent) -> Case:
    """The case with notes that say where its calls come from."""
    note = NOTE.format(parent=parent.name)
    return replace(
        case,
        constructions=tuple(
            replace(entry, calls=tuple(replace(call, note=note) for call in entry.calls))
            for entry in case.constructions
        ),
    )
