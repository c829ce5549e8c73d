"""The check `onnx`: both sides give one ONNX graph, by operations and outputs, and onnxruntime the same numbers.

The packages of the extra `onnx` are imported where they are used: the gate runs without them.
"""

from collections import Counter
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor, nn

from refactor_tools.model.proofs import BACKENDS, Check
from refactor_tools.prove.adapting import Arguments
from refactor_tools.prove.assignments import BackendAssignment
from refactor_tools.prove.backend_calls import (
    BackendCall,
    BackendDifference,
    Entry,
    NotApplied,
    checked,
    converted,
    flattened,
)
from refactor_tools.prove.program import distinct
from refactor_tools.prove.runs import MODES, Run, Side, execute

PACKAGES = ("onnx", "onnxscript", "onnxruntime")


@dataclass(frozen=True, slots=True)
class _Graph:
    """A serialised model with what is compared of it: how often each operator stands in it, and its outputs."""

    model: bytes
    operators: Counter[str]
    outputs: tuple[str, ...]


def examine(request: BackendAssignment) -> Check:
    """Whether both sides are the same as ONNX models in eval mode."""
    if absent := missing():
        return Check(BACKENDS["onnx"], None, f"needs {absent}: pip install 'refactor-tools[onnx]'")
    return checked(BACKENDS["onnx"], request, compare_onnx)


def missing() -> str:
    """The first package that is not installed here; "" where all are."""
    return next((name for name in PACKAGES if find_spec(name) is None), "")


def compare_onnx(call: BackendCall) -> str:
    """What both sides of one call have in common there, in words.

    Raises:
        NotApplied, BackendDifference: the original does not run there; the component does otherwise.
    """
    original, component = converted(call, _export, "export to ONNX")
    if difference := _difference(original, component):
        raise BackendDifference(f"{call.place}: {difference}")
    ours = _run(call.pair.original, original, call)
    theirs = _run(call.pair.component, component, call)
    if ours.error:
        raise NotApplied(f"{call.place}: onnxruntime does not run the original: {ours.message}")
    if difference := f"the component raises {theirs.message}" if theirs.error else _far(ours, theirs):
        raise BackendDifference(f"{call.place}: in onnxruntime {difference}")
    return "one graph, run by onnxruntime"


def _export(entry: Entry) -> _Graph:
    program = torch.onnx.export(entry, entry.inputs, dynamo=True, verbose=False)
    if program is None:
        raise RuntimeError("the exporter gave no model")
    graph = program.model.graph
    return _Graph(
        program.model_proto.SerializeToString(),
        Counter(node.op_type for node in graph),
        tuple(f"{value.dtype} {value.shape}" for value in graph.outputs),
    )


def _difference(original: _Graph, component: _Graph) -> str:
    if original.outputs != component.outputs:
        return f"the outputs are {', '.join(original.outputs)}; the component's {', '.join(component.outputs)}"
    ours, theirs = original.operators, component.operators
    for name in sorted({*ours, *theirs}):
        if ours[name] != theirs[name]:
            return f"the original's ONNX graph has {ours[name]} {name}, the component's {theirs[name]}"
    return ""


def _run(side: Side, graph: _Graph, call: BackendCall) -> Run:
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    session = runtime.InferenceSession(graph.model, options, providers=["CPUExecutionProvider"])

    def infer(module: nn.Module | None, arguments: Arguments) -> object:
        names = [entry.name for entry in session.get_inputs()]
        values = [tensor.numpy(force=True) for _, tensor in distinct(arguments)]
        return tuple(map(torch.from_numpy, session.run(None, dict(zip(names, values, strict=True)))))

    return execute(replace(flattened(side), call=infer), call.scenario, MODES[-1])


def _far(ours: Run, theirs: Run) -> str:
    """The first output that is not close, by the tolerances of `torch.testing`; "" where all are."""
    for name, expected in ours.values.items():
        if isinstance(expected, Tensor) and name.startswith("output"):
            try:
                torch.testing.assert_close(theirs.values[name], expected, equal_nan=True)
            except AssertionError as error:
                return f"{name} differs: {' '.join(str(error).split())}"
    return ""
