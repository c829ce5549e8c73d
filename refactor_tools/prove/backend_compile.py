"""The check `torch.compile`: both sides, compiled, give the same, and the component breaks no more graphs.

The backend is "aot_eager": it traces forward and backward as every other does and runs what it traced as it is. Of
equal graphs an optimising backend makes equal kernels, so that it would show nothing more, and it needs a compiler.
What is private in torch stands in this file.
"""

from collections import Counter
from dataclasses import replace

import torch
from torch import nn

from refactor_tools.model.proofs import BACKENDS, Check
from refactor_tools.prove.assignments import BackendAssignment
from refactor_tools.prove.backend_calls import BackendCall, BackendDifference, checked
from refactor_tools.prove.pairs import pair_up
from refactor_tools.prove.runs import MODES, Mode, Run, Side, execute

_BACKEND = "aot_eager"


def examine(request: BackendAssignment) -> Check:
    """Whether both sides are the same under `torch.compile`, in train and eval mode."""
    return checked(BACKENDS["compile"], request, compare_compiled)


def compare_compiled(call: BackendCall) -> str:
    """What both sides of one call have in common there, in words.

    Raises:
        NotApplied, BackendDifference: the original does not run there; the component does otherwise.
    """
    sides = (call.pair.original, call.pair.component)
    original, component = _compiled(call)
    broken = 0
    for mode in MODES[:2]:
        ours, breaks = _execute(original, call, mode)
        theirs, more = _execute(component, call, mode)
        call.compare((ours, theirs), sides, mode)
        if more.total() > breaks.total():
            counts = f"{more.total()} graph breaks, the original has {breaks.total()}"
            raise BackendDifference(f"{call.place}, {mode.name}: the component has {counts}: {_new(more, breaks)}")
        broken = max(broken, breaks.total())
    return f"with the backend {_BACKEND}" + (f", with {broken} graph breaks on both sides" if broken else "")


def _compiled(call: BackendCall) -> tuple[Side, Side]:
    if call.subject.kind == "class":
        return _compiling(call.pair.original), _compiling(call.pair.component)
    functions = [
        torch.compile(function, backend=_BACKEND) for function in (call.subject.original, call.subject.component)
    ]
    pair = pair_up(replace(call.subject, original=functions[0], component=functions[1]), call.setting)
    return pair.original, pair.component


def _compiling(side: Side) -> Side:
    def make() -> nn.Module | None:
        module = side.make()
        if module is not None:
            module.compile(backend=_BACKEND)
        return module

    return replace(side, make=make)


def _execute(side: Side, call: BackendCall, mode: Mode) -> tuple[Run, Counter[str]]:
    """One run, and how often which reason broke its graphs."""
    from torch._dynamo.utils import counters

    torch._dynamo.reset()
    counters.clear()
    run = execute(side, call.scenario, mode)
    return run, Counter(counters["graph_break"])


def _new(more: Counter[str], breaks: Counter[str]) -> str:
    """The first line of a reason that the original has less often."""
    reason = next(iter(more - breaks))
    return reason.strip().splitlines()[0]
