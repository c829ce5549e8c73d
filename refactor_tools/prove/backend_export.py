"""The check `torch.export`: where the original exports, the component does, and the programs give the same."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import nn
from torch.export import ExportedProgram

from refactor_tools.model.proofs import BACKENDS, Check
from refactor_tools.prove.adapting import Arguments
from refactor_tools.prove.assignments import BackendAssignment
from refactor_tools.prove.backend_calls import BackendCall, Entry, checked, converted, flattened
from refactor_tools.prove.program import distinct
from refactor_tools.prove.runs import MODES, Side, execute


def examine(request: BackendAssignment) -> Check:
    """Whether both sides export in eval mode and their programs give the same."""
    return checked(BACKENDS["export"], request, compare_exported)


def compare_exported(call: BackendCall) -> str:
    """What both sides of one call have in common there, in words.

    Raises:
        NotApplied, BackendDifference: the original does not run there; the component does otherwise.
    """
    programs = converted(call, _export, "export")
    sides = (flattened(call.pair.original), flattened(call.pair.component))
    inference = MODES[-1]
    ours, theirs = (
        execute(_running(side, program), call.scenario, inference)
        for side, program in zip(sides, programs, strict=True)
    )
    call.compare((ours, theirs), sides, inference)
    return "both export"


def _export(entry: Entry) -> ExportedProgram:
    return torch.export.export(entry, entry.inputs)


def _running(side: Side, program: ExportedProgram) -> Side:
    run: Callable[..., object] = program.module()

    def call(module: nn.Module | None, arguments: Arguments) -> object:
        return run(*(tensor for _, tensor in distinct(arguments)))

    return replace(side, call=call)
