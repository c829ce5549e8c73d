"""The joint forward and backward graph of a module, with symbolic sizes. All that is private in torch stands here.

Written for torch 2.11 to 2.13. What another version lacks or does otherwise ends as `NotExported`, with its reason.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.fx import GraphModule, Node

from refactor_tools.prove.shape_range import Expression, ShapeRange, shape_range
from refactor_tools.prove.worker import describe

_MISSING = ""
try:
    from torch._functorch.aot_autograd import aot_export_joint_with_descriptors
    from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
    from torch.fx.experimental.symbolic_shapes import DimDynamic, ShapeEnv, StatelessSymbolicContext
except ImportError as error:
    _MISSING = f"torch {torch.__version__} has no export of joint graphs: {error}"

# Sizes to take for constants: the number of an input, and the axis.
Fixed = frozenset[tuple[int, int]]

# What a descriptor of an input or output says, and the field that holds its subject.
_WORDS = {
    "ParamAOTInput": ("parameter {}", "target"),
    "BufferAOTInput": ("buffer {}", "target"),
    "PlainAOTInput": ("input {}", "idx"),
    "TangentAOTInput": ("cotangent of {}", "output"),
    "PlainAOTOutput": ("output {}", "idx"),
    "GradAOTOutput": ("gradient of {}", "grad_of"),
    "InputMutationAOTOutput": ("{} after the run", "mutated_input"),
}


class NotExported(Exception):
    """A module has no joint graph that says all it does. The message is the reason, for a person."""


@dataclass(frozen=True, slots=True)
class JointGraph:
    """`leaves` and `outputs` are labelled by what they are to the module; an output that is not computed is None.

    `sizes` are the sizes under which this is the graph, in symbols named by the order of the inputs.
    """

    graph: GraphModule
    leaves: Mapping[Node, str]
    outputs: tuple[tuple[str, Node | None], ...]
    sizes: ShapeRange


def export_joint(
    module: nn.Module, inputs: Sequence[Tensor], fixed: Fixed = frozenset(), key: Callable[[str], str] = str
) -> JointGraph:
    """The graph of `module` on inputs of the layouts and sizes of `inputs`, and of all sizes that take the same way.

    Sizes are symbolic, equal ones by one symbol, and at least two where they are; what the code asks about them
    becomes a condition of `sizes`. Those in `fixed`, (input, axis), are constants from the start: the graph is that of
    their values alone, and made faster. The backward pass is part of the graph where gradients are enabled and
    something requires them. `key` renames parameters and buffers.

    Raises:
        NotExported: the code depends on data, or on what torch cannot trace.
    """
    if _MISSING:
        raise NotExported(_MISSING)
    try:
        environment = ShapeEnv()
        mode = FakeTensorMode(shape_env=environment, allow_non_fake_inputs=True, static_shapes=False)
        fakes = tuple(
            _symbolic(mode, tensor, [(place, axis) in fixed for axis in range(tensor.dim())])
            for place, tensor in enumerate(inputs)
        )
        symbols = [tuple(map(_expression, fake.shape)) for fake in fakes]
        with ExitStack() as stack:
            exported = aot_export_joint_with_descriptors(stack, module, fakes)
            graph = exported.graph_module
            return _labelled(graph, shape_range(symbols, _conditions(environment), environment.replace), key)
    except NotExported:
        raise
    except Exception as error:
        raise NotExported(str(describe(error))) from error


def expression_of(value: object) -> Expression | None:
    """What a symbolic number stands for, in symbols; None for anything else."""
    if isinstance(value, torch.SymInt | torch.SymFloat | torch.SymBool):
        return value.node.expr
    return None


def is_fake(tensor: Tensor) -> bool:
    """Whether `tensor` has no content."""
    return isinstance(tensor, FakeTensor)


def _symbolic(mode: "FakeTensorMode", tensor: Tensor, fixed: Sequence[bool]) -> Tensor:
    sizes = [DimDynamic.STATIC if constant else DimDynamic.DUCK for constant in fixed]
    context: Any = StatelessSymbolicContext(dynamic_sizes=sizes)
    return mode.from_tensor(tensor, symbolic_context=context)


def _expression(size: int | torch.SymInt) -> Expression:
    found = expression_of(size)
    return size if found is None else found


def _conditions(environment: "ShapeEnv") -> list[Expression]:
    if environment.deferred_runtime_asserts:
        raise NotExported("it asserts something about data")
    return [guard.expr for guard in environment.guards]


def _labelled(graph: GraphModule, sizes: ShapeRange, key: Callable[[str], str]) -> JointGraph:
    leaves = {node: _label(node.meta["desc"], key) for node in graph.graph.nodes if node.op == "placeholder"}
    (last,) = (node for node in graph.graph.nodes if node.op == "output")
    (entries,) = last.args
    outputs = tuple(
        (_label(description, key), entry)
        for entry, description in zip(entries, last.meta["desc"], strict=True)
        if description is not None
    )
    return JointGraph(graph, leaves, outputs, sizes)


def _label(description: Any, key: Callable[[str], str]) -> str:
    words, held = _WORDS.get(type(description).__name__, ("", ""))
    if not words or not is_dataclass(description) or [field.name for field in fields(description)] != [held]:
        raise NotExported(f"its graph has {description}, which is not known here")
    subject = getattr(description, held)
    if is_dataclass(subject):
        return words.format(_label(subject, key))
    return words.format(key(subject) if isinstance(subject, str) else subject)
