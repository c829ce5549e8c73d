"""How a module uses its parameters: the graph of all operations that its calls dispatch, with the tensors unnamed.

Parameters and buffers of one shape are alike in the graph, whatever they are called, until their uses tell them apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

from refactor_tools.prove.content import content_of, layout_of
from refactor_tools.prove.operations import (
    PERMUTATIONS,
    SAME_TENSOR,
    arguments_of,
    changed,
    commutes,
    constant,
    draws,
    tensors_in,
)
from refactor_tools.prove.trace import SAME_OPERATION, key_of, order_of


@dataclass(frozen=True, slots=True)
class Use:
    """A node: an operation, a part of its result, or a tensor from outside. `label` is what it is without operands.

    `constants` are an operation's arguments that are no tensors. `turn` counts random operations, which draw from one
    stream; `commutes` lets the first two operands change places.
    """

    label: tuple[object, ...]
    operands: tuple[int, ...] = ()
    constants: object = ()
    commutes: bool = False
    turn: int = 0


@dataclass(slots=True)
class RoleGraph:
    """Operands stand before what uses them. `leaves` are the nodes of parameters and buffers, each with all its names
    (more than one where it is tied)."""

    nodes: list[Use] = field(default_factory=list)
    leaves: dict[int, tuple[str, ...]] = field(default_factory=dict)
    outputs: list[int] = field(default_factory=list)


class UseRecorder(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch leaves its modes untyped
    """Records calls of one module into one graph; each stands between `begin` and `end`."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.graph = RoleGraph()
        self._call: object = None
        self._turns = 0
        self._places: dict[object, int] = {}
        self._writes: dict[object, int] = {}
        self._views: dict[tuple[int, int], int] = {}
        # Memory must not be reused while its address stands for a tensor.
        self._alive: list[Tensor] = []
        for tensor, names in _named(module):
            kind = "parameter" if isinstance(tensor, nn.Parameter) else "buffer"
            place = self._add(Use((kind, *layout_of(tensor))))
            self.graph.leaves[place] = names
            self._place(tensor, place)

    def begin(self, call: object, inputs: Sequence[tuple[str, Tensor]]) -> None:
        """What follows belongs to `call`; its inputs are known by name."""
        self._call, self._turns = call, 0
        for name, tensor in inputs:
            self._place(tensor, self._add(Use(("input", call, name))))

    def end(self, outputs: Sequence[tuple[str, Tensor]]) -> None:
        for name, tensor in outputs:
            self.graph.outputs.append(self._add(Use(("output", self._call, name), (self._node(tensor),))))

    def __torch_dispatch__(
        self,
        func: OpOverload,
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        arguments = dict(arguments_of(func, args, kwargs or {}))
        name, values = SAME_OPERATION.get(str(func), str(func)), list(arguments.values())
        operands: list[int] = []
        form: tuple[object, ...] = tuple(self._form(value, operands) for value in values)
        result = func(*args, **(kwargs or {}))
        if name in SAME_TENSOR and isinstance(result, Tensor) and isinstance(values[0], Tensor):
            self._place(result, operands[0])
            return result
        if name in PERMUTATIONS:
            name, form = "permutation", order_of(name, values)
        self._turns += draws(func)
        turn = self._turns if draws(func) else 0
        node = self._add(Use((self._call, name), tuple(operands), form, commutes(name, values), turn))
        self._results(func, arguments, result, node)
        return result

    def _results(self, func: OpOverload, arguments: Mapping[str, object], result: object, node: int) -> None:
        targets = list(changed(func, arguments))
        for tensor in targets:
            self._writes[key_of(tensor)[0]] = node
            self._alive.append(tensor)
        written = {key_of(tensor) for tensor in targets}
        made = [tensor for tensor in tensors_in(result) if key_of(tensor) not in written]
        for index, tensor in enumerate(made):
            self._place(tensor, node if len(made) == 1 else self._add(Use(("item", index), (node,))))

    def _form(self, value: object, operands: list[int]) -> object:
        """An argument without its tensors, which are added to `operands`."""
        if isinstance(value, Tensor):
            operands.append(self._node(value))
            return "tensor"
        if isinstance(value, tuple | list):
            return tuple(self._form(entry, operands) for entry in value)
        return "generator" if isinstance(value, torch.Generator) else constant(value)

    def _node(self, tensor: Tensor) -> int:
        """The node of a tensor as its memory is now. What nothing recorded made is known by its content."""
        key = key_of(tensor)
        if key not in self._places:
            self._place(tensor, self._add(Use(("content", layout_of(tensor), content_of(tensor)))))
        place, write = self._places[key], self._writes.get(key[0])
        if write is None or write < place:
            return place
        if (place, write) not in self._views:
            self._views[place, write] = self._add(Use(("written",), (place, write)))
        return self._views[place, write]

    def _place(self, tensor: Tensor, node: int) -> None:
        self._places[key_of(tensor)] = node
        self._alive.append(tensor)

    def _add(self, use: Use) -> int:
        self.graph.nodes.append(use)
        return len(self.graph.nodes) - 1


def _named(module: nn.Module) -> list[tuple[Tensor, tuple[str, ...]]]:
    """Every parameter and buffer once, with all its names, in the order of registration."""
    held: list[tuple[str, Tensor]] = [*module.named_parameters(remove_duplicate=False)]
    held += module.named_buffers(remove_duplicate=False)
    names: dict[int, list[str]] = {}
    for name, tensor in held:
        names.setdefault(id(tensor), []).append(name)
    tensors = {id(tensor): tensor for _, tensor in held}
    return [(tensors[key], tuple(found)) for key, found in names.items()]
