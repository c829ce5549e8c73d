"""The canonical form of a joint graph: a Merkle hash for every value, and for what comes out.

Graphs with equal hashes compute each output, gradient and changed buffer by the same operations on the same operands,
and draw the same random numbers. The hashes do not tell apart what cannot change a bit: an argument left out and its
default, an axis counted from the front and from the back, the order of commuting operands, a copy and its operand where
their layouts agree, a slice or an expansion of the whole, one view and several, one permutation of axes and several,
and whether something is computed that nothing uses.
"""

import operator
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch._ops import OpOverload
from torch.fx import Node

from refactor_tools.prove.content import content_of
from refactor_tools.prove.joint_export import JointGraph, NotExported, expression_of, is_fake
from refactor_tools.prove.operations import (
    PERMUTATIONS,
    SAME_TENSOR,
    WHOLE_VIEWS,
    arguments_of,
    commutes,
    constant,
    counted_axes,
    digest,
    draws,
    permutation,
)
from refactor_tools.prove.trace import Operation

_VIEWS = frozenset({"aten.view.default", "aten._unsafe_view.default"})
# The gradient of a slice is a copy of the slice's where that is the whole.
_COPIES = frozenset(
    {"aten.clone.default", "aten._to_copy.default", "aten.lift_fresh_copy.default", "aten.slice_backward.default"}
)
_SAME_IF_ALIKE = _COPIES | WHOLE_VIEWS
# Says of dtypes and devices what tracing has shown to hold for all inputs.
_SETTLED = frozenset({"aten._assert_tensor_metadata.default"})


@dataclass(frozen=True, slots=True)
class CanonicalGraph:
    """`outputs` are hashes by label; `effects` covers all that has an order: random operations and assertions."""

    outputs: Mapping[str, str]
    effects: tuple[str, ...]
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class _Value:
    """A value of the graph. What is a view or a permutation of another is hashed as one of its `base`."""

    token: str
    layout: object
    base: "_Value | None" = None
    order: tuple[int, ...] = ()


def canonical_graph(joint: JointGraph) -> CanonicalGraph:
    """The canonical form of `joint`.

    Raises:
        NotExported: the graph holds what is no operation with a value, or sizes that depend on data.
    """
    reader = _Reader(joint)
    for node in joint.graph.graph.nodes:
        reader.read(node)
    outputs = {label: "none" if node is None else repr(reader.operand(node)) for label, node in joint.outputs}
    return CanonicalGraph(outputs, tuple(reader.effects), tuple(reader.operations))


@dataclass(slots=True)
class _Reader:
    joint: JointGraph
    values: dict[Node, _Value] = field(default_factory=dict)
    effects: list[str] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)

    def read(self, node: Node) -> None:
        """Hash one node; those before it are hashed."""
        if node.op == "placeholder":
            layout = self._layout(node.meta["val"])
            self.values[node] = _Value(digest("leaf", self.joint.leaves[node], layout), layout)
        elif node.op == "get_attr":
            self.values[node] = self._constant(getattr(self.joint.graph, str(node.target), None))
        elif node.op == "call_function" and expression_of(node.meta.get("val")) is None:
            self.values[node] = self._call(node)
        elif node.op not in ("call_function", "output"):
            raise NotExported(f"its graph has a {node.op}")

    def operand(self, value: object) -> object:
        """An argument as part of a hash. A size is what it stands for, however it was computed."""
        if isinstance(value, Node):
            symbolic = expression_of(value.meta.get("val"))
            return self._size(symbolic) if symbolic is not None else ("tensor", self.values[value].token)
        if isinstance(value, tuple | list):
            return ("list", tuple(self.operand(entry) for entry in value))
        symbolic = expression_of(value)
        return self._size(symbolic) if symbolic is not None else constant(value)

    def _call(self, node: Node) -> _Value:
        layout, func = self._layout(node.meta.get("val")), node.target
        if func is operator.getitem:
            return _Value(digest("item", [self.operand(entry) for entry in node.args]), layout)
        if not isinstance(func, OpOverload) or func._schema.is_mutable:
            raise NotExported(f"its graph calls {func}, which does more than to compute a value")
        name, arguments = str(func), dict(arguments_of(func, node.args, node.kwargs))
        first = next((entry for entry in arguments.values() if isinstance(entry, Node)), None)
        source = self.values.get(first) if first is not None else None
        if source is not None and (name in SAME_TENSOR or (name in _SAME_IF_ALIKE and source.layout == layout)):
            return source
        if source is not None and name in _VIEWS:
            return _view(source, layout)
        if source is not None and first is not None and name in PERMUTATIONS:
            order = permutation(name, list(arguments.values())[1:], first.meta["val"].dim())
            return _permutation(source, layout, order)
        return self._operation(func, arguments, layout)

    def _operation(self, func: OpOverload, arguments: dict[str, object], layout: object) -> _Value:
        name = str(func)
        if (rank := _rank(arguments)) is not None:
            arguments = counted_axes(name, arguments, rank)
        operands = [self.operand(entry) for entry in arguments.values()]
        if commutes(
            name, [entry.meta.get("val") if isinstance(entry, Node) else entry for entry in arguments.values()]
        ):
            operands[:2] = sorted(operands[:2], key=repr)
        token = digest(name, operands, layout)
        if (draws(func) or not func._schema.returns) and name not in _SETTLED:
            token = digest(token, tuple(self.effects))
            self.effects.append(token)
        self.operations.append(Operation(token, name, "", False))
        return _Value(token, layout)

    def _constant(self, value: object) -> _Value:
        if not isinstance(value, Tensor) or is_fake(value) or value.requires_grad:
            raise NotExported("it holds something that is neither a parameter nor a constant tensor")
        layout = self._layout(value)
        return _Value(digest("content", layout, content_of(value)), layout)

    def _layout(self, value: object) -> object:
        """Form and sizes of a value, in the symbols of the range."""
        if isinstance(value, tuple | list):
            return tuple(map(self._layout, value))
        if not isinstance(value, Tensor):
            return type(value).__name__ if expression_of(value) is not None else repr(value)
        if value.layout != torch.strided:
            raise NotExported(f"it computes with {value.layout}")
        return (
            str(value.dtype),
            value.device.type,
            tuple(map(self.operand, value.shape)),
            tuple(map(self.operand, value.stride())),
        )

    def _size(self, expression: object) -> object:
        named = self.joint.sizes.canonical(expression)
        if not named.free_symbols <= self.joint.sizes.symbols:
            raise NotExported("a size depends on data")
        if named.is_Boolean or named.is_Integer:
            return constant(bool(named) if named.is_Boolean else int(named))
        return constant(float(named)) if named.is_number else ("size", str(named))


def _rank(arguments: Mapping[str, object]) -> int | None:
    """The number of axes of the first operand, or of the first in a list of them."""
    first = next(iter(arguments.values()), None)
    first = first[0] if isinstance(first, list | tuple) and first else first
    value = first.meta.get("val") if isinstance(first, Node) else None
    return value.dim() if isinstance(value, Tensor) else None


def _view(source: _Value, layout: object) -> _Value:
    """What views keep is the order of the elements, so that only the first operand and the last form count."""
    base = source.base if source.base is not None and not source.order else source
    if base.layout == layout:
        return base
    return _Value(digest("view", base.token, layout), layout, base)


def _permutation(source: _Value, layout: object, order: tuple[int, ...]) -> _Value:
    base = source
    if source.base is not None and source.order:
        base, order = source.base, tuple(source.order[axis] for axis in order)
    if order == tuple(range(len(order))):
        return base
    return _Value(digest("permutation", base.token, order), layout, base, order)
